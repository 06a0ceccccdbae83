/**
 * BabaDB's core: typed records, base-3 text, sessions and storage, over the ports that a runtime's
 * package supplies. Applications import `@baba/node` (or `@baba/deno`), which re-export all of this.
 *
 * @module
 */
export { decode, decodedSize, decodeInto, encode, encodedSize, encodeInto, xxh64 } from "./codec/index.ts";
export type { Compression } from "./crypto/compression.ts";
export type { Crypto } from "./crypto/crypto.ts";
export { generateIdentity, recipientOf } from "./crypto/identities.ts";
export type { Unlock } from "./crypto/lock.ts";
export {
  BabaError,
  type BabaErrorCode,
  type BabaErrorDetails,
  CommitUnknownError,
  ConflictError,
  LockedError,
} from "./errors.ts";
export type {
  EntryKind,
  FileSystem,
  FolderEntry,
  Move,
  NewFile,
  TakeFile,
} from "./file-system/file-system.ts";
export { memoryFileSystem } from "./file-system/memory.ts";
export type { Log, Logger, LogLevel, LogTarget } from "./log/log.ts";
export {
  deepEqual,
  type InputOf,
  type LoadableSchema,
  type NotLoadable,
  type OutputOf,
  parse,
  type Schema,
  stringify,
  type Where,
} from "./model/index.ts";
export type { Breathe, EventLoop } from "./runtime/event-loop.ts";
export type { Runtime } from "./runtime/runtime.ts";
export { assemble, type DatabaseContext } from "./session/database/assemble.ts";
export { Database } from "./session/database/database.ts";
export type { ReadOptions, StreamedRecord } from "./session/folder-reads.ts";
export type { RecordProblem } from "./session/maintenance/problems.ts";
export {
  openRecordFile,
  type RecordFileContext,
  type RecordKeys,
  sealRecordFile,
} from "./session/maintenance/record-file.ts";
export type { RewrapOptions, RewrapReport } from "./session/maintenance/rewrap.ts";
export type { VerifyReport } from "./session/maintenance/verify.ts";
export type { MaintenanceOptions, Progress } from "./session/maintenance/walk.ts";
export type { BabaOptions } from "./session/options.ts";
export { AsyncSession } from "./session/session.ts";
export type { SessionOptions } from "./session/transact.ts";
export { FileStorage, type FileStorageOptions } from "./storage/file-storage.ts";
export { checkFolderName, checkRecordName } from "./storage/names.ts";
export type { Basis, Changes, Content, Hold, Storage, Transaction } from "./storage/storage.ts";
