import { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { systemCode } from "../system-error.ts";
import { ioError } from "./io-error.ts";
import {
  BREAKS_FOLDER,
  JOURNAL_FOLDER,
  OWNERS_FOLDER,
  ownerPath,
  STORE_FILE,
  STORE_FOLDER,
  TEMPORARY_FOLDER,
} from "./layout.ts";
import type { WriteLock } from "./lock/write-lock.ts";
import { rewriteFolders } from "./rewrite-folders.ts";
import { createAnew, removeLeftovers } from "./temporary-files.ts";

const FORMAT = 1;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Checks whether this version may use the folder; one without `store.json` is new, or holds plain files.
 *
 * @throws `BABA_FORMAT` if it was written by a newer version, or `store.json` is not as written,
 * `BABA_NOT_A_FOLDER` if the directory is a file
 */
export async function checkStoreFolder(files: FileSystem): Promise<void> {
  const [bytes] = await files.read([STORE_FILE]);
  if (bytes instanceof Error)
    throw systemCode(bytes) === "ENOTDIR" ? noFolder(bytes) : ioError(bytes, STORE_FILE, "read");
  if (bytes === undefined) return;
  const format = formatOf(text.decode(bytes));
  if (format === FORMAT) return;
  throw new BabaError(
    "BABA_FORMAT",
    typeof format === "number" && Number.isInteger(format) && format > FORMAT
      ? `${STORE_FILE} says format ${format}, but this version knows only ${FORMAT}: open the directory with a newer version.`
      : `${STORE_FILE} is damaged: put it back as {"format":${FORMAT}} if you know that no newer version wrote this directory.`,
    { record: STORE_FILE },
  );
}

function noFolder(cause: Error): BabaError {
  return new BabaError(
    "BABA_NOT_A_FOLDER",
    `The database's directory, a folder above it or ${STORE_FOLDER} in it is a file: give another directory, or move the file away.`,
    { record: ".", cause },
  );
}

/** Makes the store's own folder and its subfolders. */
export async function makeStoreFolders(files: FileSystem): Promise<void> {
  for (const folder of [JOURNAL_FOLDER, OWNERS_FOLDER, BREAKS_FOLDER, TEMPORARY_FOLDER]) {
    await files.makeFolder(folder);
  }
}

/** Who completes a store's folder, and what is known of the store. */
type StoreFolderOptions = {
  /**
   * 16 hexadecimal digits that no other open storage has. Its owner file must exist, as temporary files without
   * an owner count as leftovers.
   */
  readonly token: string;
  /** Whether anyone has committed here: then the folders are durable already, and are not rewritten. */
  readonly isKnown: boolean;
};

/**
 * Makes `store.json` if it is missing, and the store's folder durable: another process may have made it and
 * ended before its syncs.
 */
export async function completeStoreFolder(
  files: FileSystem,
  { token, isKnown }: StoreFolderOptions,
): Promise<void> {
  const [present] = await files.kinds([STORE_FILE]);
  if (present === undefined) await makeStoreFile(files, token);
  const folders = [STORE_FOLDER, "."];
  if (!isKnown) await rewriteFolders(files, folders, ownerPath(token));
  await files.syncFolders(folders);
}

async function makeStoreFile(files: FileSystem, token: string): Promise<void> {
  const temporary = `${TEMPORARY_FOLDER}/${token}-store`;
  try {
    const bytes = utf8.encode(`{"format":${FORMAT}}\n`);
    await createAnew(files, temporary, () => files.create([{ path: temporary, bytes }]));
    await files.sync([temporary]);
    await files.link(temporary, STORE_FILE);
  } finally {
    await files.remove([temporary]).catch(() => undefined);
  }
}

/**
 * Removes what dead writers left apart from commits; needs the lock. It does no harm, so a failure is only
 * reported.
 */
export async function tidy(
  files: FileSystem,
  lock: WriteLock,
  report: (message: string) => void,
): Promise<void> {
  try {
    await removeLeftovers(files, await lock.removeDeadOwners());
  } catch (error) {
    report(ioError(error, STORE_FOLDER, "clean up after processes that have ended").message);
  }
}

function formatOf(json: string): unknown {
  try {
    const store: unknown = JSON.parse(json);
    return typeof store === "object" && store !== null && "format" in store ? store.format : undefined;
  } catch {
    return undefined;
  }
}
