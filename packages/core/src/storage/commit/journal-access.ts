import { LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { ioError } from "../io-error.ts";
import type { Journal } from "../journal/journal.ts";
import { takenOver } from "../journal/refusals.ts";
import { STORE_FOLDER } from "../layout.ts";
import type { LockTenure } from "../lock/lock-tenure.ts";
import type { LockWait, WriteLock } from "../lock/write-lock.ts";
import { Mutex } from "../mutex.ts";
import { completeStoreFolder, makeStoreFolders } from "../store-folder.ts";
import { removeUnplaced } from "../temporary-files.ts";
import type { Poison } from "./poison.ts";
import type { Replay } from "./replay.ts";

type AccessContext = {
  readonly files: FileSystem;
  /** 16 hexadecimal digits that no other open storage has. */
  readonly token: string;
  readonly journal: Journal;
  readonly lock: WriteLock;
  readonly tenure: LockTenure;
  readonly replay: Replay;
  readonly poison: Poison;
  readonly breathe: Breathe;
};

/**
 * Access to the journal: to what others have committed, by following it, and to its end, where the next commit
 * goes, under the write lock.
 */
export class JournalAccess {
  readonly #context: AccessContext;
  /** Only one at a time may advance along the journal. */
  readonly #following = new Mutex();
  #prepared = false;

  constructor(context: AccessContext) {
    this.#context = context;
  }

  /** How long the write lock is kept. */
  get tenure(): LockTenure {
    return this.#context.tenure;
  }

  /** Catches up with the commits of others, and returns the newest commit that reads will see. */
  async follow(): Promise<number> {
    const { tenure, replay, breathe } = this.#context;
    if (tenure.isAlone) return replay.newest;
    const release = await this.#following.acquire();
    try {
      // The lock may have been taken during the wait.
      if (!tenure.isAlone) await replay.catchUp(breathe);
      return replay.newest;
    } finally {
      release();
    }
  }

  /** Takes the write lock and catches up with the journal; every write to a store happens under it. */
  async lock(longestWait?: number, how?: LockWait): Promise<void> {
    const { lock, tenure, replay, poison, breathe } = this.#context;
    poison.mustBeSound();
    if (tenure.resume()) return;
    await this.#prepare();
    await lock.acquire(longestWait, how);
    const release = await this.#following.acquire();
    try {
      await replay.catchUp(breathe);
      if (tenure.mustFence) await this.#fence();
      tenure.begin();
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    } finally {
      release();
    }
  }

  /** @throws {CommitUnknownError} if the lock was taken away since, which poisons the handle */
  mustHold(): Promise<void> {
    const { tenure, poison } = this.#context;
    return poison.guard(() => tenure.mustHold());
  }

  /**
   * For a commit within a hold, before it writes anything: the hold may have begun long ago.
   *
   * @throws {LockedError} if the lock was taken away since
   */
  async mustHoldYet(): Promise<void> {
    if (!(await this.#context.lock.isHeld())) throw lostBefore();
  }

  /**
   * Ends what `lock` began: in a series of commits the lock is kept for the next one, unless another process
   * waits for it, or there can be no next one. The caller must see to it that the tenure ends soon after.
   */
  rest(): Promise<void> {
    const { tenure, poison } = this.#context;
    return poison.isSound ? tenure.rest() : tenure.end();
  }

  /** The newest commit when the lock was kept for the next one; `undefined` if it is in use or not held. */
  get restsAt(): number | undefined {
    const { tenure, replay } = this.#context;
    return tenure.isResting ? replay.newest : undefined;
  }

  /** Removes the lock's owner file. */
  retire(): Promise<void> {
    return this.#context.lock.retire();
  }

  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { files, token, journal, lock } = this.#context;
    // Throws if the directory was removed since its journal was read: it must not be made anew.
    if (journal.lastWriter !== undefined) await this.follow();
    try {
      await makeStoreFolders(files);
      await lock.announce();
      await completeStoreFolder(files, { token, isKnown: journal.lastWriter !== undefined });
    } catch (error) {
      throw ioError(error, STORE_FOLDER, "make the store's folder");
    }
    this.#prepared = true;
  }

  /**
   * Nothing counts that a former holder of the lock may still append to the journal, or be about to put in
   * place.
   */
  async #fence(): Promise<void> {
    const { files, journal, lock, poison } = this.#context;
    // Forced once more, by this very process: what waits to be put in place is the next holder's.
    if (!(await lock.isHeld())) throw takenOver();
    await removeUnplaced(files);
    await poison.guard(() => journal.fence());
  }
}

function lostBefore(): LockedError {
  return new LockedError(
    "The write lock was taken away by force (forceUnlock) before this commit, so nothing was written: try again.",
  );
}
