import { BabaError, LockedError } from "../../errors.ts";
import { ioError } from "../io-error.ts";
import { STORE_FOLDER } from "../layout.ts";
import type { LockQueue } from "../lock/lock-queue.ts";
import { LONGEST_WAIT } from "../lock/write-lock.ts";
import type { CommitEngine } from "./commit-engine.ts";
import type { LockReturn } from "./lock-return.ts";

/** A busy writer is no failure. */
const LEFT_TO_OTHERS =
  "Commits that are not in place yet are read from the journal: another process has the write lock, and it or a later commit " +
  "puts them there.";

type HousekeepingContext = {
  readonly lockQueue: LockQueue;
  readonly lockReturn: LockReturn;
  readonly report: (message: string) => void;
  readonly inform: (message: string) => void;
};

/**
 * What a storage does under the write lock when it is opened, closed, or has removed the lock by force. Nobody
 * asked for this work, and others can do it later, so its failures are only reported.
 */
export class Housekeeping {
  readonly #lockQueue: LockQueue;
  readonly #lockReturn: LockReturn;
  readonly #report: (message: string) => void;
  readonly #inform: (message: string) => void;

  constructor({ lockQueue, lockReturn, report, inform }: HousekeepingContext) {
    this.#lockQueue = lockQueue;
    this.#lockReturn = lockReturn;
    this.#report = report;
    this.#inform = inform;
  }

  /** Completes the work of dead processes. Reads do without if this process may not write or another does. */
  async recover(engine: CommitEngine): Promise<void> {
    const release = await this.#lockQueue.acquire();
    try {
      await engine.access.lock(0);
      await engine.checkpoint();
    } catch (error) {
      if (error instanceof LockedError) this.#inform(LEFT_TO_OTHERS);
      else
        this.#report(
          `Recovery is left to a later commit: ${ioError(error, STORE_FOLDER, "recover").message}`,
        );
    } finally {
      await this.#lockReturn.now(engine.access);
      release();
    }
  }

  /**
   * Takes the lock once, so that nothing counts that its last holder may still write; of no use in a new
   * store. Needs the turn.
   */
  async fence({ access }: CommitEngine): Promise<void> {
    try {
      if (access.tenure.isTaken || (await access.follow()) > 0) await access.lock();
    } catch (error) {
      const { message } = ioError(error, STORE_FOLDER, "begin a segment of the journal");
      this.#report(
        `Nobody else holds the write lock now, but its last holder, should it go on, may still undo a later commit: ${message}`,
      );
    } finally {
      await this.#lockReturn.now(access);
    }
  }

  /**
   * At the end: puts a store in order and gives the lock up. One that failed to open is left as is: the error
   * of `open` said what is wrong.
   */
  async leave(engine: CommitEngine, { isOpen }: { readonly isOpen: boolean }): Promise<void> {
    const release = await this.#lockQueue.acquire();
    try {
      if (isOpen) await this.#putInOrder(engine);
    } finally {
      await this.#lockReturn.atLast(engine.access);
      await engine.access.retire().catch(() => undefined);
      release();
    }
  }

  /** Puts everything durably in place, unless another living process has written since. */
  async #putInOrder(engine: CommitEngine): Promise<void> {
    try {
      await engine.access.follow();
      if (engine.isLastWriter || engine.needsSettling) await this.#finish(engine);
    } catch (error) {
      // Whoever sealed the store since has put everything in place before.
      if (error instanceof BabaError && error.code === "BABA_SEALED") return;
      this.#report(
        `Some work is left to the next open: ${ioError(error, STORE_FOLDER, "put commits in place").message}`,
      );
    }
  }

  async #finish(engine: CommitEngine): Promise<void> {
    await engine.access.lock(LONGEST_WAIT, { onlyOnce: true });
    await (engine.isLastWriter ? engine.checkpoint() : engine.settle());
  }
}
