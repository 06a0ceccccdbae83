import { BabaError } from "../../errors.ts";
import type { EntryKind, FileSystem } from "../../file-system/file-system.ts";
import { printable } from "../../printable.ts";
import { systemCode, systemError } from "../../system-error.ts";
import { ioError, ioErrorAmong } from "../io-error.ts";
import { folderOf, pathIn } from "../names.ts";
import type { Changes } from "../storage.ts";

/** The names of a folder's entries; none if there is no such folder. @throws see {@link folderError} */
export async function entriesOf(files: FileSystem, folder: string): Promise<string[]> {
  const entries = await files.names(folder).catch((error: unknown) => {
    throw folderError(error, folder);
  });
  return entries ?? [];
}

/** What is in the place of each of these records; `undefined` for nothing. */
export function kindsOf(files: FileSystem, names: readonly string[]): Promise<(EntryKind | undefined)[]> {
  return files.kinds(names).catch((error: unknown) => {
    throw ioErrorAmong(error, names, "look for");
  });
}

/** The faults of these records' folders, which may be the real reason why the records cannot be used. */
export async function folderFaults(
  files: FileSystem,
  names: readonly string[],
): Promise<Map<string, BabaError>> {
  const faults = new Map<string, BabaError>();
  for (const folder of new Set(names.map(folderOf))) {
    await entriesOf(files, folder).catch((error: BabaError) => faults.set(folder, error));
  }
  return faults;
}

/**
 * Refuses records if anything but a record is in the place of one, or of its folder.
 *
 * @throws `BABA_NOT_A_FOLDER`, `BABA_NOT_A_RECORD`, `BABA_PERMISSION`, `BABA_IO`
 */
export async function refuseObstacles(files: FileSystem, names: readonly string[]): Promise<void> {
  const kinds = await kindsOf(files, names);
  for (const [i, name] of names.entries()) {
    const kind = kinds[i];
    if (kind === undefined || kind === "file") continue;
    const [fault] = (await folderFaults(files, [name])).values();
    throw fault?.code === "BABA_NOT_A_FOLDER" ? fault : notAFile(name, kind);
  }
}

/** The same for many records of one folder: one listing of it costs less than thousands of lookups. */
export async function refuseObstaclesIn(files: FileSystem, folder: string, changes: Changes): Promise<void> {
  const entries = await files.list(folder).catch((error: unknown) => {
    throw folderError(error, folder);
  });
  for (const { name, kind } of entries ?? []) {
    if (kind !== "file" && changes.has(pathIn(folder, name))) throw notAFile(pathIn(folder, name), kind);
  }
}

/** Why a folder cannot be used: `BABA_NOT_A_FOLDER`, or an operating system's error in words. */
export function folderError(error: unknown, folder: string): BabaError {
  const code = systemCode(error);
  if (code === "ENOTDIR" || code === "EEXIST" || code === "ELOOP") {
    const what = code === "ELOOP" ? "a symbolic link (which is not followed)" : "a file";
    return new BabaError(
      "BABA_NOT_A_FOLDER",
      `${printable(folder)}: there is ${what} where a folder is needed; move it or choose another name.`,
      { record: folder, cause: error },
    );
  }
  return ioError(error, folder, "open the folder");
}

function notAFile(name: string, kind: EntryKind): BabaError {
  const cause = systemError(kind === "folder" ? "EISDIR" : "ENOTSUP", "is not a regular file", name);
  return ioError(cause, name, "write");
}
