import { CommitUnknownError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { ioError } from "../io-error.ts";
import { LOCK_FILE } from "../layout.ts";
import type { LockRelease, WriteLock } from "./write-lock.ts";

/** A commit that begins within this many milliseconds of the end of another belongs to a series. */
const SERIES = 5;
/** A lock kept for more milliseconds was forgotten: the process was paused; someone may have removed it. */
const LONGEST_REST = 20;
/** For this many milliseconds after someone waited for the lock, it is not kept. */
const CONTENDED = 100;
/** How often a series of commits checks for a waiting process, in milliseconds: waiters poll less often. */
const LOOK_EVERY = 2;

/**
 * How long one handle holds the write lock: for a single commit, and from the second of a series on also
 * between commits, unless another process waits for it.
 */
export class LockTenure {
  readonly #lock: WriteLock;
  readonly #runtime: Runtime;
  readonly #beforeRelease: () => Promise<void>;
  /** The lock is held and the journal was read to its end: nobody else can commit. */
  #exclusive = false;
  /** The lock is held, and kept for the next commit. */
  #resting = false;
  /** When the last commit ended, and whether the one under way followed it at once. */
  #ended = Number.NEGATIVE_INFINITY;
  #inSeries = false;
  /** The lock was removed by force since it was last taken. */
  #mustFence = false;
  /** When it was last checked whether another process waits for the lock. */
  #looked = Number.NEGATIVE_INFINITY;
  /** When another process was last seen waiting for it. */
  #wanted = Number.NEGATIVE_INFINITY;

  /** `beforeRelease` is the last work under the lock, which is released even if that fails. */
  constructor(lock: WriteLock, runtime: Runtime, beforeRelease: () => Promise<void>) {
    this.#lock = lock;
    this.#runtime = runtime;
    this.#beforeRelease = beforeRelease;
  }

  /** Whether nobody else can commit: the lock is in use, or was a moment ago and is kept. */
  get isAlone(): boolean {
    return this.#exclusive && !(this.#resting && this.#runtime.elapsed() - this.#ended > LONGEST_REST);
  }

  /** Whether the lock is held, or may be because a release failed. */
  get isTaken(): boolean {
    return this.#lock.isTaken;
  }

  /** Whether the lock is kept for the next commit and not in use. */
  get isResting(): boolean {
    return this.#resting;
  }

  /**
   * Whether the lock was removed by force: its holder may be about to go on from the journal's end as it was
   * then.
   */
  get mustFence(): boolean {
    return this.#mustFence;
  }

  /** At the start of a commit: whether the lock was kept for it. If not, take it and call `begin`. */
  resume(): boolean {
    this.#inSeries = this.#runtime.elapsed() - this.#ended < SERIES;
    const kept = this.#resting && this.isAlone;
    this.#resting = false;
    this.#exclusive = kept;
    return kept;
  }

  /** The lock was taken, and the journal was read to its end, and fenced if it must be. */
  begin(): void {
    this.#exclusive = true;
    this.#mustFence = false;
  }

  /**
   * @throws {CommitUnknownError} if the lock was taken away since; `BABA_IO` and the like if it cannot be
   * read
   */
  async mustHold(): Promise<void> {
    const isHeld = await this.#lock.isHeld().catch((error: unknown) => {
      throw ioError(error, LOCK_FILE, "read");
    });
    if (!isHeld) lockLost();
  }

  /**
   * For a commit that was written.
   *
   * @throws {CommitUnknownError} if the lock was taken away since, or cannot be read
   */
  async mustHaveHeld(): Promise<void> {
    if (!(await this.#lock.isHeld().catch(lockLost))) lockLost();
  }

  /** At the end of a commit: keeps the lock for the next one if that is worth it, else releases it. */
  async rest(): Promise<void> {
    this.#ended = this.#runtime.elapsed();
    this.#resting = await this.#isWorthKeeping();
    if (!this.#resting) await this.#release({ isWanted: this.#wanted === this.#ended });
  }

  /** Releases the lock if it is held, or may be. */
  end(): Promise<void> {
    return this.#release({ isWanted: false });
  }

  /** Removes the lock, whoever holds it. A commit under way continues, and notices. */
  async force(): Promise<void> {
    if (this.#resting) this.#exclusive = false;
    this.#resting = false;
    this.#inSeries = false;
    this.#mustFence = true;
    await this.#lock.force();
  }

  async #release(how: LockRelease): Promise<void> {
    if (!this.isTaken) return;
    try {
      if (this.#exclusive) await this.#beforeRelease();
    } finally {
      this.#exclusive = false;
      this.#resting = false;
      await this.#lock.release(how);
    }
  }

  async #isWorthKeeping(): Promise<boolean> {
    if (!this.#inSeries) return false;
    if (this.#ended - this.#wanted < CONTENDED) return false;
    if (this.#ended - this.#looked < LOOK_EVERY) return true;
    this.#looked = this.#ended;
    // Read again: the lock may have been removed by force during the wait.
    if (!(await this.#lock.isWanted().catch(() => true))) return this.#inSeries;
    this.#wanted = this.#ended;
    return false;
  }
}

/** Without the lock, another process may have continued from the state before this commit. */
function lockLost(cause?: unknown): never {
  throw new CommitUnknownError(
    "The write lock was taken away by force, or could not be read, while this change was being written, so it is not known " +
      "whether it counts. Close the database, open it again and check; this handle refuses further writes.",
    { cause },
  );
}
