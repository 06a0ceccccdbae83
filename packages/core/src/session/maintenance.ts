import { BabaError, type BabaErrorCode } from "../errors.ts";
import { revealSome } from "../storage/portions.ts";
import type { Content } from "../storage/protection.ts";
import type { Hold } from "../storage/storage.ts";
import type { Store } from "./shared-store.ts";

/** How far work over all records of a store has come. */
export type Progress = { readonly done: number; readonly total: number };

/** The options of work over all records of a store. */
export type MaintenanceOptions = {
  /** Called after every step; if it throws, the work ends with that, and can be done again. */
  readonly onProgress?: (progress: Progress) => void;
};

/** A record that is not as it should be. */
export type RecordProblem = {
  readonly filename: string;
  readonly code: BabaErrorCode;
  readonly error: BabaError;
};

/** How many records one step takes, under the lock where it writes. */
const STEP = 256;

/** Calls `step` with the names of all records of a store, in folders below too, some at a time. */
export async function forAllRecords(
  { storage }: Store,
  options: MaintenanceOptions,
  step: (names: readonly string[]) => Promise<void>,
): Promise<number> {
  await storage.head();
  const all: string[] = [];
  for await (const names of storage.names()) all.push(...names);
  for (let start = 0; start < all.length; start += STEP) {
    await step(all.slice(start, start + STEP));
    options.onProgress?.({ done: Math.min(start + STEP, all.length), total: all.length });
  }
  return all.length;
}

/** Some records of a step: what is kept of each, and what is in that. */
export type Part = {
  readonly names: readonly string[];
  readonly kept: readonly Content[];
  readonly contents: readonly Content[];
};

/** The records of a step with their contents: as many at once as grow to some MiB, one at least. */
export async function* revealedParts(
  { vault }: Store,
  names: readonly string[],
  kept: readonly Content[],
): AsyncGenerator<Part> {
  for (let start = 0; start < names.length; ) {
    const [left, leftKept] = [names.slice(start), kept.slice(start)];
    const contents = await revealSome(left, leftKept, (some, bytes) => vault.reveal(some, bytes));
    yield { names: left.slice(0, contents.length), kept: leftKept.slice(0, contents.length), contents };
    start += contents.length;
  }
}

/**
 * Runs work under the write lock, by the keys that the key file has now: the journal does not tell of a new one whose maker
 * died before it was renewed.
 */
export async function underLock<T>({ storage, vault }: Store, work: (hold: Hold) => Promise<T>): Promise<T> {
  const hold = await storage.hold();
  try {
    await vault.refresh();
    return await work(hold);
  } finally {
    await hold.release();
  }
}

/** The entry of a report for a record. */
export function problemOf(filename: string, error: BabaError): RecordProblem {
  return { filename, code: error.code, error };
}

/** What the options hold, their names checked before. @throws `BABA_OPTION` where `onProgress` is no function */
export function checkMaintenanceOptions<T extends MaintenanceOptions>(options: T): T {
  if (options.onProgress === undefined || typeof options.onProgress === "function") return options;
  throw new BabaError("BABA_OPTION", "The option onProgress must be a function.");
}
