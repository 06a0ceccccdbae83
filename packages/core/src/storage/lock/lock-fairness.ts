import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { LOCK_FILE, WANTED_FILE } from "../layout.ts";

/** The longest pause between two tries of one that waits for the lock, in milliseconds. */
export const LONGEST_PAUSE = 50;
/** How long (ms) one owner may retake the lock each time it releases it, before it lets waiting ones in. */
const LONGEST_LEAD = 100;
/** How often it then checks whether one has taken the lock, in milliseconds. */
const GIVEN_PAUSE = 5;

/**
 * Lets those in who wait for the lock: they only poll, and would not find it free between commits in quick
 * succession. So they link `.baba/wanted`, and an owner that has retaken the lock for too long waits for one
 * of them to take it.
 */
export class LockFairness {
  readonly #files: FileSystem;
  readonly #runtime: Runtime;
  /** Since when this owner has retaken the lock after every release, as far as it knows. */
  #aheadSince: number | undefined;
  /** When it last released the lock, and whether another was waiting then. */
  #releasedAt = 0;
  #wasWanted = false;

  constructor(files: FileSystem, runtime: Runtime) {
    this.#files = files;
    this.#runtime = runtime;
  }

  /** Whether another is waiting for the lock, or was when it ended. */
  async isWanted(): Promise<boolean> {
    const [kind] = await this.#files.kinds([WANTED_FILE]);
    return kind !== undefined;
  }

  /**
   * Active waiters repeat the wish; a stale one goes. If this fails, the lock is once released needlessly.
   */
  async forgetWanted(): Promise<void> {
    await this.#files.remove([WANTED_FILE]).catch(() => undefined);
  }

  /** Another owner has, or had, the lock. */
  noteOther(): void {
    this.#aheadSince = undefined;
  }

  /** This owner has released the lock; `isWanted`: another was seen to wait for it. */
  noteRelease(isWanted: boolean): void {
    this.#releasedAt = this.#runtime.elapsed();
    this.#aheadSince ??= this.#releasedAt;
    this.#wasWanted = isWanted;
  }

  /** Before this owner takes the lock: lets a waiting one in after retaking it for too long. */
  async giveWay(): Promise<void> {
    const now = this.#runtime.elapsed();
    // Any waiter has polled in the meantime and found the lock free.
    if (now - this.#releasedAt >= LONGEST_PAUSE) this.#aheadSince = undefined;
    if (this.#aheadSince === undefined || now - this.#aheadSince < LONGEST_LEAD) return;
    this.#aheadSince = undefined;
    if (this.#wasWanted || (await this.isWanted())) await this.#letIn();
  }

  async #letIn(): Promise<void> {
    await this.forgetWanted();
    for (let given = 0; given < 2 * LONGEST_PAUSE; ) {
      const pause = jittered(GIVEN_PAUSE, this.#runtime);
      await this.#runtime.sleep(pause);
      given += pause;
      const [kind] = await this.#files.kinds([LOCK_FILE]);
      if (kind !== undefined) return;
    }
  }
}

/** Around that many milliseconds, so that several processes do not always try at the same time. */
export function jittered(milliseconds: number, runtime: Runtime): number {
  const [byte] = runtime.crypto.random(1);
  return milliseconds * (0.5 + Number(byte) / 512);
}
