import type { Changes } from "./journal/changes.ts";
import type { Transaction } from "./storage.ts";

/** Batches with more changes than this are handled in pieces. */
const LONG_BATCH = 256;

/** A transaction in a batch, and how to report its outcome. */
export type Submission = {
  readonly transaction: Transaction;
  resolve(): void;
  reject(error: unknown): void;
};

/** The names that the transactions of a batch change. */
export function* namesIn(batch: readonly Submission[]): Generator<string> {
  for (const { transaction } of batch) yield* transaction.changes.keys();
}

/** Whether to yield between pieces of the work on these changes. */
export function isLong(batch: readonly Changes[]): boolean {
  return batch.reduce((sum, changes) => sum + changes.size, 0) > LONG_BATCH;
}

/** Rejects all of a batch. */
export function rejectAll(batch: readonly Submission[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}
