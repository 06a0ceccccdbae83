import { errorOf, systemCode, systemError } from "../system-error.ts";
import type { Trust } from "./trust.ts";

/** What an operation says where a folder on its way may not be what it was. */
const DOUBTS: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/**
 * The way to a batch's files below a root. Each folder on it is looked at once: it must be a folder and no
 * symbolic link. The root itself may be reached through links; it is the user's choice.
 *
 * @example
 * ```ts
 * import { PathCheck, systemError } from "@baba/core/adapter";
 * const mustBeFolder = (full: string): void => {
 *   if (full !== "/data/heroes") throw systemError("ENOENT", "does not exist", full);
 * };
 * const folders = new PathCheck("/data", mustBeFolder, false);
 * console.log(folders.resolve("heroes/bob.baba")); // /data/heroes/bob.baba
 * ```
 */
export class PathCheck {
  /** The full path of the root. */
  readonly root: string;
  readonly #mustBeFolder: (full: string) => void;
  readonly #onWindows: boolean;
  readonly #trust: Trust | undefined;
  #standing: Map<string, Error | "sound"> | undefined;
  /** The folder that was found sound last: most files of a batch are in one. */
  #last = "";

  /**
   * With `trust`, folders that a call found sound a moment ago are not looked at again.
   *
   * @param mustBeFolder looks at one folder by its full path; throws `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for what else is no folder
   * @param onWindows whether paths are as on Windows
   */
  constructor(root: string, mustBeFolder: (full: string) => void, onWindows: boolean, trust?: Trust) {
    this.root = root;
    this.#mustBeFolder = mustBeFolder;
    this.#onWindows = onWindows;
    this.#trust = trust;
  }

  /**
   * Does something with the full path of a file, once all folders on the way are found sound. Where that
   * fails as it would with another thing in a folder's place, the folders are looked at anew the next time.
   *
   * @throws what `use` throws; `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for a file on the way, `EINVAL` for a way out of the root
   */
  at<T>(path: string, use: (full: string) => T): T {
    try {
      return use(this.resolve(path));
    } catch (error) {
      throw this.doubted(error);
    }
  }

  /** The same with a folder, which must be sound itself. */
  within<T>(folder: string, use: (full: string) => T): T {
    return this.at(folder, (full) => {
      this.#require(folder);
      return use(folder === "." ? this.root : full);
    });
  }

  /** The full path of a file, once all folders on the way are found sound; whoever uses it tells `doubted` of a failure. */
  resolve(path: string): string {
    mustStayBelow(path, this.#onWindows);
    const cut = path.lastIndexOf("/");
    if (cut > 0 && !(cut === this.#last.length && path.startsWith(this.#last))) {
      const folder = path.slice(0, cut);
      this.#require(folder);
      this.#last = folder;
    }
    return `${this.root}/${path}`;
  }

  /** The failure of an operation, of which it may be the reason that a folder is no more what it was. */
  doubted(error: unknown): unknown {
    if (DOUBTS.includes(systemCode(error) ?? "")) this.#trust?.forget();
    return error;
  }

  #require(folder: string): void {
    if (folder === ".") return;
    this.#standing ??= new Map();
    let standing = this.#standing.get(folder);
    if (standing === undefined) {
      standing = this.#trust?.has(folder) ? "sound" : this.#look(folder);
      this.#standing.set(folder, standing);
    }
    if (standing !== "sound") throw standing;
  }

  #look(folder: string): Error | "sound" {
    try {
      this.#mustBeFolder(this.resolve(folder));
      this.#trust?.add(folder);
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
 * @example
 * ```ts
 * import { mustStayBelow } from "@baba/core/adapter";
 * mustStayBelow("heroes/bob.baba", false);
 * try {
 *   mustStayBelow("../bob.baba", false);
 * } catch (error) {
 *   console.log(String(error)); // Error: EINVAL: leads out of its folder, '../bob.baba'
 * }
 * ```
 */
export function mustStayBelow(path: string, onWindows: boolean): void {
  const leaves = path.includes("..") && path.split("/").includes("..");
  // There a backslash parts segments as well, and what stands before a colon is another drive.
  if (leaves || (onWindows && /[\\:]/.test(path)))
    throw systemError("EINVAL", "leads out of its folder", path);
}
