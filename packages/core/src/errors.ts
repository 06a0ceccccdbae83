import { printable } from "./printable.ts";

/**
 * What went wrong, as a code that never changes between versions.
 *
 * | code | meaning |
 * | --- | --- |
 * | `BABA_OPTION` | an option of the database or of a call does not exist or has the wrong kind, or the call does not apply to this kind of store |
 * | `BABA_VALIDATION` | a record does not fit its schema when it is added |
 * | `BABA_NOT_LOADABLE` | a record would not come back from its own file as it went in |
 * | `BABA_UNSERIALIZABLE` | a value that no file can hold: a function, a promise, a symbol, a cycle; or a record of more than 128 MiB, or a commit of more than 512 MiB |
 * | `BABA_EXISTS` | a record would be moved over an existing one |
 * | `BABA_ID_MISSING` | a record has no usable `id`, and no file name was given |
 * | `BABA_NAME` | a file or folder name that is not allowed, or is not UTF-8 on the disk |
 * | `BABA_CODEC` | a file is not base-3 text; or the runtime does not allow WebAssembly, and the message says so |
 * | `BABA_UTF8` | a file's bytes are not UTF-8 |
 * | `BABA_JSON` | a file's text is not JSON |
 * | `BABA_SCHEMA_MISMATCH` | a stored record does not fit the schema it is read with |
 * | `BABA_NOT_A_RECORD` | the name belongs to a folder, a symbolic link or a device |
 * | `BABA_NOT_A_FOLDER` | a folder of the name is a file or a symbolic link |
 * | `BABA_PERMISSION` | the operating system does not allow the access |
 * | `BABA_DISK_FULL` | no room is left |
 * | `BABA_IO` | any other failure of the file system; or there is too little memory for a passphrase, or the runtime lacks a global that key files need |
 * | `BABA_CLOSED` | the database was closed |
 * | `BABA_SESSION_CLOSED` | the session was disposed of, or its callback has returned |
 * | `BABA_CONFLICT` | a later commit touched what the session read or writes |
 * | `BABA_LOCKED` | another process that is not known to have ended, or another session, has held the write lock for too long; or the lock was taken away by force, or files of the store were removed: the message says whether to try again or to open the database again |
 * | `BABA_COMMIT_UNKNOWN` | it is not known whether the commit counts: a sync failed, or a write that could not be undone, or the write lock was taken away by force during it; or this befell an earlier commit of the handle, which attempts no other until the database is opened again |
 * | `BABA_SETTLE` | earlier commits stand, but their files cannot be put in place; until they can, every further commit is refused with this, and nothing of it is written |
 * | `BABA_JOURNAL` | the journal is damaged |
 * | `BABA_FORMAT` | the folder was written by a newer version, or the file that says by which is damaged |
 * | `BABA_KEY_MISSING` | an option for a key is given, but is empty or undefined |
 * | `BABA_KEY_WRONG` | the passphrase, identity or key does not open this store |
 * | `BABA_KEYRING` | the key file is damaged, missing beside sealed records, full (1,000 data keys: `rewrap({ dropRetired: true })` drops the retired ones), not the one that was pinned, or was removed or replaced by another or an older one while the store was open |
 * | `BABA_TAMPERED` | a sealed record is damaged, was changed, or belongs to another name or store |
 * | `BABA_KEY_UNKNOWN` | a record or the journal was sealed with a data key that this store does not have |
 * | `BABA_KEY_RETIRED` | a sound record is sealed with a retired data key (reported by `verify` only) |
 * | `BABA_NOT_SEALED` | a sealed store contains a plain record or a plain journal; or a plain store was opened with a key, before `seal()` |
 * | `BABA_SEALED` | the store or a record is sealed, and no key was given |
 * | `BABA_ENVELOPE` | a sealed record is cut short, has an unknown version or unknown flags, or cannot be inflated |
 */
export type BabaErrorCode =
  | "BABA_OPTION"
  | "BABA_VALIDATION"
  | "BABA_NOT_LOADABLE"
  | "BABA_UNSERIALIZABLE"
  | "BABA_EXISTS"
  | "BABA_ID_MISSING"
  | "BABA_NAME"
  | "BABA_CODEC"
  | "BABA_UTF8"
  | "BABA_JSON"
  | "BABA_SCHEMA_MISMATCH"
  | "BABA_NOT_A_RECORD"
  | "BABA_NOT_A_FOLDER"
  | "BABA_PERMISSION"
  | "BABA_DISK_FULL"
  | "BABA_IO"
  | "BABA_CLOSED"
  | "BABA_SESSION_CLOSED"
  | "BABA_CONFLICT"
  | "BABA_LOCKED"
  | "BABA_COMMIT_UNKNOWN"
  | "BABA_SETTLE"
  | "BABA_JOURNAL"
  | "BABA_FORMAT"
  | "BABA_KEY_MISSING"
  | "BABA_KEY_WRONG"
  | "BABA_KEYRING"
  | "BABA_TAMPERED"
  | "BABA_KEY_UNKNOWN"
  | "BABA_KEY_RETIRED"
  | "BABA_NOT_SEALED"
  | "BABA_SEALED"
  | "BABA_ENVELOPE";

/** The parts of an error besides its message. */
export type BabaErrorDetails = {
  /** The record or folder concerned, as the caller names it. */
  readonly record?: string | undefined;
  /** Where in the text the fault is, in bytes. */
  readonly offset?: number | undefined;
  /** What led to this error. */
  readonly cause?: unknown;
};

/**
 * Every failure of BabaDB: a sentence that says what to do, a stable `code`, the `record`
 * concerned where there is one, and the `cause` where there is one.
 *
 * @example
 * ```ts
 * import { BabaError } from "@baba/core";
 * const error = new BabaError("BABA_NAME", "A name may not be empty.", { record: "" });
 * console.log(error.code); // BABA_NAME
 * ```
 */
export class BabaError extends Error {
  /** The class's name, as the console shows it. */
  override readonly name: string = "BabaError";
  /** The stable code; see {@link BabaErrorCode}. */
  readonly code: BabaErrorCode;
  /** The record or folder concerned. */
  declare readonly record: string | undefined;
  /** For a `BABA_CODEC` about a text: the offset of the first bad byte. */
  declare readonly offset: number | undefined;

  static {
    // Not of each error's own: the console would show what says nothing.
    Object.assign(BabaError.prototype, { record: undefined, offset: undefined });
  }

  /** An error of this code; `message` is a sentence that says what to do. */
  constructor(code: BabaErrorCode, message: string, details: BabaErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.record !== undefined) this.record = details.record;
    if (details.offset !== undefined) this.offset = details.offset;
  }

  /** The same error, naming the record if it did not name one. */
  about(record: string): BabaError {
    if (this.record !== undefined) return this;
    const named = new BabaError(this.code, `${printable(record)}: ${this.message}`, {
      record,
      offset: this.offset,
      cause: this.cause,
    });
    if (this.stack !== undefined) named.stack = this.stack;
    return named;
  }
}

/**
 * Thrown by a commit when a later commit touched what the session read or writes; run it again.
 *
 * @example
 * ```ts
 * import { assemble, ConflictError, Database } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * import * as v from "valibot";
 * await using db = new Database(v.object({ id: v.number() }), { logging: false }, assemble(memoryRuntime()));
 * const session = db.asyncSession();
 * await session.count();
 * await db.asyncSession((other) => other.add({ id: 1 }));
 * await session.commit().catch((error) => console.log(error instanceof ConflictError)); // true
 * ```
 */
export class ConflictError extends BabaError {
  /** The class's name, as the console shows it. */
  override readonly name: string = "ConflictError";
  /** Always `BABA_CONFLICT`. */
  declare readonly code: "BABA_CONFLICT";

  /** An error of code `BABA_CONFLICT`. */
  constructor(message: string, details: BabaErrorDetails = {}) {
    super("BABA_CONFLICT", message, details);
  }
}

/**
 * Thrown when another process that is not known to have ended, or a session, keeps the write lock (the
 * message names it), or when the lock was taken away by force: the message says what to do then.
 *
 * @example
 * ```ts
 * import { LockedError } from "@baba/core";
 * const isBusy = (error: unknown): boolean => error instanceof LockedError;
 * console.log(isBusy(new LockedError("Process 42 keeps the write lock."))); // true
 * ```
 */
export class LockedError extends BabaError {
  /** The class's name, as the console shows it. */
  override readonly name: string = "LockedError";
  /** Always `BABA_LOCKED`. */
  declare readonly code: "BABA_LOCKED";

  /** An error of code `BABA_LOCKED`. */
  constructor(message: string, details: BabaErrorDetails = {}) {
    super("BABA_LOCKED", message, details);
  }
}

/**
 * Thrown when it is not known whether a commit counts: a sync failed, or a write that could not be undone, or
 * the write lock was taken away by force during the commit. The handle refuses further writes; close the
 * database, open it again and check.
 *
 * @example
 * ```ts
 * import { CommitUnknownError } from "@baba/core";
 * const mustReopen = (error: unknown): boolean => error instanceof CommitUnknownError;
 * console.log(mustReopen(new CommitUnknownError("A sync failed."))); // true
 * ```
 */
export class CommitUnknownError extends BabaError {
  /** The class's name, as the console shows it. */
  override readonly name: string = "CommitUnknownError";
  /** Always `BABA_COMMIT_UNKNOWN`. */
  declare readonly code: "BABA_COMMIT_UNKNOWN";

  /** An error of code `BABA_COMMIT_UNKNOWN`. */
  constructor(message: string, details: BabaErrorDetails = {}) {
    super("BABA_COMMIT_UNKNOWN", message, details);
  }
}

/** The error for an option or another argument that cannot be used; `message` says what can be. */
export function optionError(message: string, details?: BabaErrorDetails): BabaError {
  return new BabaError("BABA_OPTION", message, details);
}

/** The error for a call that comes after the end of its database. */
export function closedError(): BabaError {
  return new BabaError("BABA_CLOSED", "The database was closed: make a new one to go on.");
}
