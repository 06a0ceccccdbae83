import type { NewFile } from "@baba/core";
import { systemCode } from "@baba/core/adapter";
import { drain } from "./files.ts";
import { type FolderCheck, mustBeFile } from "./folders.ts";

/**
 * Creates a file and locks it (flock) before writing its first byte, so that nobody can read whose it is and
 * find it unlocked. The kernel releases the lock when the process or its worker thread ends.
 *
 * @returns the locked file, which keeps the lock until it is closed
 * @throws `EEXIST`; `ENOTSUP` if the file system has no locks
 */
export function createLocked(folders: FolderCheck, { path, bytes }: NewFile): Deno.FsFile {
  return folders.at(path, (full) => {
    const file = Deno.openSync(full, { read: true, write: true, createNew: true, mode: 0o600 });
    try {
      if (!file.tryLockSync(true)) throw new Error(`Another process has locked ${full} at this moment`);
      drain(file, bytes);
      return file;
    } catch (error) {
      file.close();
      Deno.removeSync(full);
      throw error;
    }
  });
}

/**
 * Whether a process holds such a lock on a file; `false` if there is no such file; `undefined` if it cannot
 * be known.
 */
export function isLocked(folders: FolderCheck, path: string): boolean | undefined {
  try {
    return folders.at(path, (full) => {
      mustBeFile(full);
      // Closing it also releases the lock, if acquired: a shared one, so that others may ask at the same
      // time.
      using file = Deno.openSync(full, { read: true });
      return !file.tryLockSync(false);
    });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
