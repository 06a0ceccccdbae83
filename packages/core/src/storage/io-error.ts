import { BabaError } from "../errors.ts";
import { printable } from "../printable.ts";
import { systemCode } from "../system-error.ts";
import { STORE_FOLDER } from "./layout.ts";

/**
 * A file system's error in BabaDB's words: which record or folder, what was tried, what to do. A `BabaError`
 * passes unchanged.
 */
export function ioError(error: unknown, name: string, attempt: string): BabaError {
  return explained(error, printable(name), attempt, name);
}

/** The same for a database's directory, of which the error gives the whole path. */
export function directoryError(error: unknown, directory: string): BabaError {
  return explained(error, printable(directory), "open the directory", ".");
}

/** The same for several records when it is not known which one failed; a single one is named. */
export function ioErrorAmong(error: unknown, names: readonly string[], attempt: string): BabaError {
  const [name = ".", more] = names;
  if (more === undefined) return ioError(error, name, attempt);
  return explained(error, `${names.length} records`, attempt, undefined);
}

/** Words the failure of some work with {@link ioError}. */
export function worded<T>(work: Promise<T>, name: string, attempt: string): Promise<T> {
  return work.catch((error: unknown) => {
    throw ioError(error, name, attempt);
  });
}

/** An error's message as a sentence, to which advice can be added. */
export function messageOf(error: unknown): string {
  if (error instanceof BabaError) return error.message;
  return `${error instanceof Error ? error.message : String(error)} (${systemCode(error) ?? "unknown error"}).`;
}

function explained(error: unknown, subject: string, attempt: string, record: string | undefined): BabaError {
  if (error instanceof BabaError) return error;
  const code = systemCode(error) ?? "unknown error";
  const [kind, advice] = explanationOf(code, record);
  return new BabaError(kind, `${subject}: cannot ${attempt} (${code}): ${advice}.`, { record, cause: error });
}

function explanationOf(code: string, record: string | undefined): Explanation {
  // Links may lead to the directory itself; only those that lead nowhere are refused.
  if (record === "." && code === "ELOOP") return LOST;
  const explanation = EXPLANATIONS[code] ?? OTHER;
  // The fault is in the store's folder, which holds the keys and newest commits and must not be moved.
  const isOurs = record === STORE_FOLDER || record?.startsWith(`${STORE_FOLDER}/`) === true;
  if (!isOurs) return explanation;
  if (STANDS_IN_THE_WAY.includes(explanation)) return [explanation[0], STRANGER];
  return explanation === TOO_LONG ? [TOO_LONG[0], SWOLLEN] : explanation;
}

/** An error code, and what to do. */
type Explanation = readonly [BabaError["code"], string];

const OTHER = ["BABA_IO", "see the cause; check the disk or file system, and try again"] as const;
const NO_PERMISSION = [
  "BABA_PERMISSION",
  "give this process the right to do so, or use another directory",
] as const;
const WRONG_KIND = [
  "BABA_NOT_A_RECORD",
  "this name belongs to a folder, a link, a pipe or the like, not to a regular file; move it away",
] as const;
const FILE_IN_THE_WAY = [
  "BABA_NOT_A_FOLDER",
  "there is a file where a folder is needed; move it or choose another name",
] as const;
const LINK_IN_THE_WAY = [
  "BABA_NOT_A_RECORD",
  "symbolic links below the directory are not followed; put the file itself there, or choose another name",
] as const;
const STANDS_IN_THE_WAY: readonly Explanation[] = [WRONG_KIND, FILE_IN_THE_WAY, LINK_IN_THE_WAY];
const STRANGER =
  "something there, or on the path to it, is a link, a folder instead of a file, or a file instead of a folder (see the " +
  "cause): put back what a link leads to, as commits or keys may be nowhere else; move anything else of the kind away, and " +
  "leave the rest of the store's folder where it is";
const LOST = [
  "BABA_NOT_A_FOLDER",
  "a symbolic link on the path to it is broken or circular; fix it, or use another directory",
] as const;
const FULL = ["BABA_DISK_FULL", "make room and try again"] as const;
/** How adapters refuse a file of 2 GiB or more, and Node.js a buffer for more than 2 to 4. */
const TOO_LONG = ["BABA_IO", "the file is longer than any record of BabaDB; move it away"] as const;
const SWOLLEN =
  "a file there (see the cause) is longer than any of BabaDB's, so it is damaged: copy the whole directory first, then put " +
  "it back from a backup";
const TOO_MANY = [
  "BABA_IO",
  "too many files are open; close some, or raise the limit, and try again",
] as const;

const EXPLANATIONS: Readonly<Record<string, Explanation | undefined>> = {
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  ERR_ACCESS_DENIED: [
    "BABA_PERMISSION",
    "the permission model of Node.js forbids it; to read, give --allow-fs-read for the directory; to commit, run without --permission, under which no file can be synced",
  ],
  EROFS: ["BABA_PERMISSION", "the file system is read-only; make it writable, or use another directory"],
  EISDIR: WRONG_KIND,
  ENOTSUP: WRONG_KIND,
  ENXIO: WRONG_KIND,
  ELOOP: LINK_IN_THE_WAY,
  ENOTDIR: FILE_IN_THE_WAY,
  EEXIST: FILE_IN_THE_WAY,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: [
    "BABA_IO",
    "no file may become as long as this one has to; raise the limit of this process (ulimit -f) or use another file system, and try again",
  ],
  ERR_OUT_OF_RANGE: TOO_LONG,
  ERR_FS_FILE_TOO_LARGE: TOO_LONG,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
  ENAMETOOLONG: [
    "BABA_NAME",
    "the whole path is longer than the system allows; choose shorter names, or a directory closer to the root",
  ],
  ENOENT: [
    "BABA_IO",
    "the directory was removed or moved while it was open, or nothing can be made there; close the database, put the directory back or choose another one, and open it again",
  ],
  EXDEV: [
    "BABA_IO",
    "a folder there is on a different file system than the database's directory, which is not supported; unmount it, after which the next commit or open goes on, and use it as a database of its own",
  ],
};
