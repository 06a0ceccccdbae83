import type { FolderEntry } from "@baba/core";
import {
  linkError,
  PathCheck,
  type PathRules,
  systemCode,
  systemError,
  type Trust,
} from "@baba/core/adapter";

/** Whether paths have drives, and backslashes between segments. */
export const ON_WINDOWS: boolean = Deno.build.os === "windows";

const RULES: PathRules = { mustBeFolder, onWindows: ON_WINDOWS };

/** The folders on the way to a batch's files, and the files themselves, as checked by Deno. */
export class FolderCheck extends PathCheck {
  readonly #trust: Trust;

  constructor(root: string, trust: Trust) {
    super(root, RULES, trust);
    this.#trust = trust;
  }

  /**
   * Like `at`, for a regular file that is not a symbolic link: Deno opens files without telling the kernel
   * not to follow links, and blocks on a pipe. For a moment, the store's own files are not checked again.
   *
   * @throws `ENOENT`, `ELOOP`, `EISDIR` for a folder, `ENOTSUP` for other things
   */
  file<T>(path: string, use: (full: string) => T): T {
    return this.at(path, (full) => {
      if (!this.#trust.has(path)) {
        mustBeFile(full);
        this.#trust.add(path);
      }
      return use(full);
    });
  }
}

/** The length in bytes of a regular file. @throws as {@link FolderCheck.file} does */
export function mustBeFile(path: string): number {
  const { isFile, isDirectory, isSymlink, size } = Deno.lstatSync(path);
  if (isFile) return size;
  if (isSymlink) throw linkError(path);
  if (isDirectory) throw systemError("EISDIR", "is a folder", path);
  throw systemError("ENOTSUP", "is not a regular file", path);
}

/** @throws `ELOOP` for a symbolic link, `ENOTDIR` for what else is no folder */
export function mustBeFolder(path: string): void {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) throw linkError(path);
  if (!isDirectory) throw systemError("ENOTDIR", "is not a folder", path);
}

/**
 * Lists a folder; `undefined` if there is none.
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export function list(folders: FolderCheck, folder: string): FolderEntry[] | undefined {
  try {
    return folders.within(folder, (full) =>
      Array.from(Deno.readDirSync(full), (entry) => ({ name: entry.name, kind: kindOf(entry) })),
    );
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The kind of a directory entry, or of a path's status. */
export function kindOf(seen: {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}): FolderEntry["kind"] {
  if (seen.isFile) return "file";
  return seen.isDirectory ? "folder" : "other";
}
