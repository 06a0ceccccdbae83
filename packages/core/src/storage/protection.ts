import type { BabaErrorCode } from "../errors.ts";
import type { JournalSeals } from "./journal/seal.ts";
import type { Changes, Content } from "./storage.ts";

/**
 * What is said of a sound record if the store was sealed, or its keys were changed, between its read and the
 * judgement: then it has to be read once more.
 */
export const IN_DOUBT: ReadonlySet<BabaErrorCode> = new Set(["BABA_NOT_SEALED", "BABA_KEY_UNKNOWN"]);

/**
 * Each record's payload from its stored form, in the order of the names; an error for one that does not open.
 * A promise only if there is something to wait for.
 */
export type Reveal = (
  names: readonly string[],
  kept: readonly Content[],
) => readonly Content[] | Promise<readonly Content[]>;

/**
 * The port between what sessions commit and what a storage keeps of it, in the journal and in the record
 * files: the same bytes in a plain store, sealed ones in a store with keys.
 */
export interface Protection extends JournalSeals {
  /**
   * Unlocks the store, and refuses one that the given keys do not fit; called before anything else is read.
   * Changes nothing on disk.
   *
   * @throws `BABA_SEALED`, `BABA_KEY_WRONG`, `BABA_KEYRING`, `BABA_FORMAT`, `BABA_IO`, `BABA_PERMISSION`
   */
  open(): Promise<void>;

  /**
   * Prepares for writing; called under the write lock, before a commit is written. A new store's keys are
   * made here.
   *
   * @throws `BABA_NOT_SEALED`, `BABA_KEYRING`, `BABA_KEY_WRONG`, `BABA_OPTION`, `BABA_IO` and the like: then
   * no commit is written
   */
  prepare(): Promise<void>;

  /** The stored form of a commit's payloads. @throws `BABA_CLOSED` if the keys were overwritten */
  seal(changes: Changes): Changes | Promise<Changes>;

  /** What opens records that are read from now on: a key that is dropped meanwhile still opens them. */
  revealing(): Reveal;

  /** Overwrites the keys. Idempotent. */
  close(): void;
}

/** Keeps payloads as they are: for plain stores, and for code below sessions. */
export const unprotected: Protection = {
  journal: undefined,
  findSeal: async () => undefined,
  open: async () => {},
  prepare: async () => {},
  seal: (changes) => changes,
  revealing: () => (_, kept) => kept,
  close: () => {},
};
