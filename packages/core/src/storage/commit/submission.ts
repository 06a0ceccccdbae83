import { BabaError } from "../../errors.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { mostBytes } from "../journal/changes.ts";
import type { Changes, Transaction } from "../storage.ts";

/** Batches with more changes than this are handled in pieces. */
const LONG_BATCH = 256;
/**
 * The most bytes of a batch: runtimes read less than 2 GiB at once, and as many of another process may have
 * to be written again before it in its segment.
 */
const LARGEST_BATCH = 512 * 1024 * 1024;

/** A transaction in a batch, and how to report its outcome. */
export type Submission = {
  readonly transaction: Transaction;
  /** What it takes in the journal, at most: see {@link journalBytes}. */
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
};

/** Whether someone waits until the files of a batch are in place. */
export function awaitsFiles(batch: readonly Submission[]): boolean {
  return batch.some(({ transaction }) => transaction.settle === "commit");
}

/** Whether someone waits until a batch is durable. */
export function awaitsSync(batch: readonly Submission[]): boolean {
  return batch.some(({ transaction }) => transaction.durability === "full");
}

/** Whether a batch comes from whoever has held the lock since before it was submitted. */
export function isWithinHold(batch: readonly Submission[]): boolean {
  return batch.some(({ transaction }) => transaction.hold !== undefined);
}

/** The bytes that changes take in the journal, at most. @throws `BABA_UNSERIALIZABLE` if they are too many */
export function journalBytes(changes: Changes): number {
  const bytes = mostBytes(changes);
  if (bytes <= LARGEST_BATCH) return bytes;
  throw new BabaError(
    "BABA_UNSERIALIZABLE",
    "The commit has more than 512 MiB of records and names: split it into several commits. Nothing was written.",
  );
}

/** Takes from the front of a queue what fits into one batch. */
export function takeBatch(queue: Submission[]): Submission[] {
  let total = 0;
  const rest = queue.findIndex(({ bytes }) => {
    total += bytes;
    return total > LARGEST_BATCH;
  });
  return queue.splice(0, rest < 0 ? queue.length : rest);
}

/** Yields to other work between the steps of a long batch. */
export function pauseIfLong(batch: readonly Changes[], breathe: Breathe): Promise<void> | undefined {
  const size = batch.reduce((sum, changes) => sum + changes.size, 0);
  return size > LONG_BATCH ? breathe() : undefined;
}

/** Rejects all of a batch. */
export function rejectAll(batch: readonly Submission[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}
