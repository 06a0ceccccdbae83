import type { FolderEntry } from "@baba/core";
import type { Trust } from "@baba/core/adapter";
import { codeOf, errorOf, linkError, systemError } from "./errors.ts";

/** What an operation says where a folder on its way may not be what it was. */
const DOUBTS: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];
const ON_WINDOWS = Deno.build.os === "windows";

/**
 * The way to a batch's files. Each folder on it is looked at once: it must be a folder and no symbolic
 * link. The root itself may be reached through links; it is the user's choice.
 */
export class FolderCheck {
  readonly root: string;
  readonly #trust: Trust;
  readonly #standing = new Map<string, Error | "sound">([[".", "sound"]]);

  constructor(root: string, trust: Trust) {
    this.root = root;
    this.#trust = trust;
  }

  /**
   * Does something with the full path of a file, once all folders on the way are found sound.
   *
   * @throws what `use` throws; `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for a file on the way
   */
  at<T>(path: string, use: (full: string) => T): T {
    try {
      return use(this.#resolve(path));
    } catch (error) {
      if (DOUBTS.includes(codeOf(error) ?? "")) this.#trust.forget();
      throw error;
    }
  }

  /** The same with a folder, which must be sound itself. */
  within<T>(folder: string, use: (full: string) => T): T {
    return this.at(folder, (full) => {
      this.#require(folder);
      return use(folder === "." ? this.root : full);
    });
  }

  /**
   * The same with a regular file, which must be no symbolic link: Deno opens files without a word to the
   * kernel that none be followed, and waits at a pipe. The store's own files are
   * not looked at again for a moment.
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

  #resolve(path: string): string {
    mustStayBelow(path);
    const cut = path.lastIndexOf("/");
    if (cut > 0) this.#require(path.slice(0, cut));
    return `${this.root}/${path}`;
  }

  #require(folder: string): void {
    let standing = this.#standing.get(folder);
    if (standing === undefined) {
      standing = this.#trust.has(folder) ? "sound" : this.#look(folder);
      this.#standing.set(folder, standing);
    }
    if (standing !== "sound") throw standing;
  }

  #look(folder: string): Error | "sound" {
    try {
      mustBeFolder(this.#resolve(folder));
      this.#trust.add(folder);
      return "sound";
    } catch (error) {
      return errorOf(error);
    }
  }
}

/**
 * Refuses a path that would lead out of the root. The caller has checked it; but what a checker once overlooks should not cost a file.
 *
 * @throws `EINVAL`
 */
export function mustStayBelow(path: string): void {
  const leaves = path.includes("..") && path.split("/").includes("..");
  // There a backslash parts segments as well, and what stands before a colon is another drive.
  if (leaves || (ON_WINDOWS && /[\\:]/.test(path)))
    throw systemError("EINVAL", "leads out of its folder", path);
}

/** The length in bytes of a regular file. @throws as {@link FolderCheck.file} does */
export function mustBeFile(path: string): number {
  const { isFile, isDirectory, isSymlink, size } = Deno.lstatSync(path);
  if (isFile) return size;
  if (isSymlink) throw linkError(path);
  if (isDirectory) throw systemError("EISDIR", "is a folder", path);
  throw systemError("ENOTSUP", "is no regular file", path);
}

/** @throws `ELOOP` for a symbolic link, `ENOTDIR` for what else is no folder */
export function mustBeFolder(path: string): void {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) throw linkError(path);
  if (!isDirectory) throw systemError("ENOTDIR", "is not a folder", path);
}

/**
 * Lists a folder; `undefined` where there is none.
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export function list(folders: FolderCheck, folder: string): FolderEntry[] | undefined {
  try {
    return folders.within(folder, (full) =>
      Array.from(Deno.readDirSync(full), (entry) => ({ name: entry.name, kind: kindOf(entry) })),
    );
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What an entry, or what was seen of a path, is. */
export function kindOf(seen: {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}): FolderEntry["kind"] {
  if (seen.isFile) return "file";
  return seen.isDirectory ? "folder" : "other";
}
