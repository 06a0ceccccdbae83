import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { linkError, systemCode, systemError } from "@baba/core/adapter";

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
/** Windows has neither; there, links are checked before the file is opened. */
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const REFUSES_LINKS = constants.O_NOFOLLOW !== undefined;
/** On Windows, syncing is FlushFileBuffers, which needs a descriptor that can write. */
const TO_SYNC = process.platform === "win32" ? O_RDWR : O_RDONLY;

type Purpose = "read" | "write" | "sync";

const FLAGS: Readonly<Record<Purpose, number>> = {
  read: O_RDONLY | SAFELY,
  write: O_WRONLY | SAFELY,
  sync: TO_SYNC | SAFELY,
};

/**
 * Runs `use` with a descriptor of a regular file for reading, and its length in bytes; always closes it.
 * Neither follows a link nor waits for a pipe.
 *
 * @throws `ENOENT`, `ELOOP` for a symbolic link, `EISDIR` for a folder, `ENOTSUP` for other things
 */
export function withFileToRead<T>(path: string, use: (descriptor: number, size: number) => T): T {
  const descriptor = openSafely(path, "read");
  try {
    return use(descriptor, requireFile(descriptor, path));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The length of what is open, in bytes.
 *
 * @throws `EISDIR` for a folder, `ENOTSUP` for other things than a regular file
 */
export function requireFile(descriptor: number, path: string): number {
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) throw systemError("EISDIR", "is a folder", path);
  if (!stats.isFile()) throw notAFile(path);
  return stats.size;
}

/** The error for anything that is neither a regular file nor a folder. */
export function notAFile(path: string): Error {
  return systemError("ENOTSUP", "is not a regular file", path);
}

/**
 * Opens a file to write at an offset; the kernel itself refuses a folder or a pipe. The caller closes it.
 * There is no fstat to check the kind: one was measured to slow the file's next sync down (see
 * docs/performance.md), probably because of the finer timestamp that newer Linux kernels give the write after
 * it.
 */
export function openToWrite(path: string): number {
  return openSafely(path, "write");
}

/** Opens what has the name for reading, as it is: it may not be a file. The caller closes it. */
export function openToRead(path: string): number {
  return openSafely(path, "read");
}

/** Opens a file for its sync, as it is; the caller closes it. */
export function openToSync(path: string): number {
  return openSafely(path, "sync");
}

/** Creates a file that did not exist before, mode 0600; the caller closes it. @throws `EEXIST` */
export function openNew(path: string): number {
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | SAFELY, 0o600);
}

function openSafely(path: string, purpose: Purpose): number {
  if (!REFUSES_LINKS && lstatSync(path).isSymbolicLink()) throw linkError(path);
  try {
    return openSync(path, FLAGS[purpose]);
  } catch (error) {
    // A socket, or a pipe without a reader, is reported as ENXIO; a link, by FreeBSD, as EMLINK.
    if (systemCode(error) === "ENXIO") throw notAFile(path);
    if (systemCode(error) === "EMLINK") throw linkError(path);
    throw error;
  }
}
