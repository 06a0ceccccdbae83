import { BabaError } from "../../errors.ts";
import { ioError } from "../io-error.ts";
import { STORE_FOLDER } from "../layout.ts";
import type { LockQueue } from "../lock/lock-queue.ts";
import { LONGEST_WAIT } from "../lock/write-lock.ts";
import type { Hold, Transaction } from "../storage.ts";
import { journalBytes, rejectAll, type Submission, takeBatch } from "./submission.ts";

/** What a queue needs from its storage. */
export type QueueContext = {
  readonly lockQueue: LockQueue;
  /** Takes the write lock; needs a turn. */
  readonly lock: () => Promise<void>;
  /** Commits a batch, under the lock. */
  readonly commit: (batch: readonly Submission[]) => Promise<void>;
  /** After a commit: keeps the lock for the next one, or releases it. */
  readonly rest: () => Promise<void>;
};

/** Group commit: all transactions that wait for the write lock are committed with one write and one sync. */
export class CommitQueue {
  readonly #context: QueueContext;
  #queue: Submission[] = [];
  #draining = false;
  /** The outcomes of all transactions that are not committed yet. */
  readonly #pending = new Set<Promise<void>>();

  constructor(context: QueueContext) {
    this.#context = context;
  }

  /**
   * Commits a transaction that has changes: in its turn, or at once if it comes from whoever holds the lock.
   *
   * @throws at once, `BABA_UNSERIALIZABLE`, if it is too large
   */
  submit(transaction: Transaction): Promise<void> {
    const bytes = journalBytes(transaction.changes);
    const outcome = new Promise<void>((resolve, reject) => {
      const submission = { transaction, bytes, resolve, reject };
      if (transaction.hold !== undefined) void this.#commitWithin(transaction.hold, submission);
      else this.#wait(submission);
    });
    return this.#noted(outcome);
  }

  /** Waits for what was submitted so far: there may always be something newer. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  #noted(outcome: Promise<void>): Promise<void> {
    const ended = () => void this.#pending.delete(outcome);
    this.#pending.add(outcome);
    outcome.then(ended, ended);
    return outcome;
  }

  #wait(submission: Submission): void {
    this.#queue.push(submission);
    if (!this.#draining) void this.#drain();
  }

  /** Where the lock cannot be had, all that has waited for it as long is refused. */
  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#queue.length > 0) {
      const waiting = this.#queue.length;
      const refuse = (error: unknown): void => rejectAll(this.#queue.splice(0, waiting), error);
      await this.#commitWaiting().catch(refuse);
    }
    this.#draining = false;
  }

  async #commitWaiting(): Promise<void> {
    const { lockQueue, lock, rest } = this.#context;
    const release = await lockQueue.acquireBefore(LONGEST_WAIT);
    try {
      await lock();
      await this.#commit(takeBatch(this.#queue));
      await rest();
    } finally {
      release();
    }
  }

  /** One at a time: two would write to the same offset of the journal. */
  async #commitWithin(hold: Hold, submission: Submission): Promise<void> {
    const release = await this.#context.lockQueue.within(hold);
    if (release === undefined) return submission.reject(releasedHold());
    await this.#commit([submission]);
    release();
  }

  async #commit(batch: readonly Submission[]): Promise<void> {
    try {
      await this.#context.commit(batch);
    } catch (error) {
      rejectAll(batch, ioError(error, STORE_FOLDER, "commit"));
    }
  }
}

function releasedHold(): BabaError {
  return new BabaError(
    "BABA_SESSION_CLOSED",
    "The write lock for this commit has already been released, and nothing was written: wait for each commit " +
      "before the session ends.",
  );
}
