import type { BabaError } from "../errors.ts";

/** What a record's place holds: bytes, nothing, or why it cannot be read. */
export type Content = Uint8Array | BabaError | undefined;

/** New payloads by name; `undefined` deletes the record. */
export type Changes = ReadonlyMap<string, Uint8Array | undefined>;

/**
 * The port that a session talks to: named payloads, read singly or by folder, and committed together. Names
 * were checked by the caller (`checkRecordName`, `checkFolderName`); payloads are bytes that the storage does
 * not interpret.
 */
export interface Storage {
  /** Prepares for reading: recovers what an interrupted commit left. Idempotent. */
  open(): Promise<void>;

  /** The sequence of the newest commit that reads will see: a number that only grows. */
  head(): Promise<number>;

  /**
   * The payload of each record, in the order asked; `undefined` if there is none, and an error for a record
   * that exists but cannot be read. Returns fewer than asked, from the first on and at least one, if all
   * together would take much memory. A promise only if there is something to wait for. The bytes may be those
   * that the storage keeps, and are not to be changed.
   */
  read(names: readonly string[]): readonly Content[] | Promise<readonly Content[]>;

  /** Whether there is a record of each name, readable or not. */
  exist(names: readonly string[]): Promise<boolean[]>;

  /**
   * The names of a folder's records, without subfolders, ordered by their UTF-8 bytes; empty if there is no
   * such folder.
   */
  list(folder: string): Promise<string[]>;

  /** How many names `list` would give, at a lower cost. */
  count(folder: string): Promise<number>;

  /**
   * A text that distinguishes states of a folder's records: if two answers are equal, no commit was made and
   * nobody added, replaced or removed a record of this folder between the two. `undefined` if this cannot be
   * promised.
   */
  stamp(folder: string): Promise<string | undefined>;

  /**
   * Applies all changes as one, if nothing in `basis` was touched since; without changes it only checks the
   * basis and writes nothing.
   *
   * @throws {ConflictError} if a later commit touched the basis, {LockedError} if the write lock stays taken,
   * or was taken away by force before, from the `hold` too,
   * `BABA_SESSION_CLOSED` if the `hold` was released before, `BABA_SETTLE` if earlier commits cannot be put
   * in place, `BABA_UNSERIALIZABLE` for more than 512 MiB, `BABA_CLOSED`, `BABA_DISK_FULL` and the like: then
   * nothing is written
   * @throws {CommitUnknownError} if it is not known whether it counts; then nothing more is committed
   */
  commit(transaction: Transaction): Promise<void>;

  /**
   * Takes the write lock until it is released: meanwhile, no process can commit except with this `hold`.
   *
   * @throws `BABA_LOCKED` if a living process keeps the lock for too long
   */
  hold(): Promise<Hold>;

  /**
   * Removes the write lock, whoever holds it: for a person who knows that the holder will not write again.
   */
  forceUnlock(): Promise<void>;

  /** Finishes what is under way and releases every resource. Idempotent. */
  close(): Promise<void>;
}

/** A set of changes that become visible together. */
export type Transaction = {
  /** The payloads are the storage's from now on: bytes changed later would be put in place as they are then. */
  readonly changes: Changes;
  /** What was read; `undefined` if nothing was. */
  readonly basis: Basis | undefined;
  /** The write lock, if the caller holds it. */
  readonly hold?: Hold | undefined;
  /** `"full"`: durable when `commit` resolves. */
  readonly durability: "full" | "relaxed";
  /** `"commit"`: the files are in place when `commit` resolves. */
  readonly settle: "commit" | "background";
};

/** The write lock, held. */
export type Hold = {
  /**
   * For what is written under the lock and is no commit: called before and after it.
   *
   * @throws {CommitUnknownError} if the lock was taken away by force since
   */
  mustHold(): Promise<void>;

  /** Lets others commit, once the commits under way with this hold have ended. Idempotent. */
  release(): Promise<void>;
};

/** What a session saw, to be checked for conflicts when it commits. */
export type Basis = {
  /** The head when the session began to read. */
  readonly head: number;
  /** The records that it read, or looked for without finding them. */
  readonly records: ReadonlySet<string>;
  /** The folders that it listed. */
  readonly folders: ReadonlySet<string>;
};
