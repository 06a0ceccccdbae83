import { errorOf, systemCode, systemError } from "../system-error.ts";
import type { Trust } from "./trust.ts";

/** How an operation fails if a folder on its path may no longer be what it was. */
const DOUBTS: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/** What a runtime and its system say of paths. */
export type PathRules = {
  /**
   * Checks one folder by its full path.
   *
   * @throws `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for anything else that is no folder
   */
  mustBeFolder(full: string): void;
  /** Whether paths follow the rules of Windows. */
  readonly onWindows: boolean;
};

/**
 * The paths to a batch's files below a root. Each folder on them is checked once: it must be a folder and no
 * symbolic link. The root itself may be reached through links; that is the user's choice.
 *
 * @example
 * ```ts
 * import { PathCheck, systemError } from "@baba/core/adapter";
 * const mustBeFolder = (full: string): void => {
 *   if (full !== "/data/heroes") throw systemError("ENOENT", "does not exist", full);
 * };
 * const folders = new PathCheck("/data", { mustBeFolder, onWindows: false });
 * console.log(folders.resolve("heroes/bob.baba")); // /data/heroes/bob.baba
 * ```
 */
export class PathCheck {
  /** The full path of the root. */
  readonly root: string;
  readonly #rules: PathRules;
  readonly #trust: Trust | undefined;
  #standing: Map<string, Error | "sound"> | undefined;
  /** The folder that was last found sound: most files of a batch are in one folder. */
  #last = "";

  /** With `trust`, folders that were found sound a moment ago are not checked again. */
  constructor(root: string, rules: PathRules, trust?: Trust) {
    this.root = root;
    this.#rules = rules;
    this.#trust = trust;
  }

  /**
   * Does something with the full path of a file, once all folders on its path are found sound. If that fails
   * in a way that suggests a folder was replaced, the folders are checked again next time.
   *
   * @throws what `use` throws; `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for a file on the way,
   * `EINVAL` for a way out of the root
   */
  at<T>(path: string, use: (full: string) => T): T {
    try {
      return use(this.resolve(path));
    } catch (error) {
      throw this.doubted(error);
    }
  }

  /** The same for a folder, which must be sound itself. */
  within<T>(folder: string, use: (full: string) => T): T {
    return this.at(folder, (full) => {
      this.#require(folder);
      return use(folder === "." ? this.root : full);
    });
  }

  /**
   * The full path of a file, once all its folders are found sound; the caller passes failures to `doubted`.
   */
  resolve(path: string): string {
    mustStayBelow(path, this.#rules.onWindows);
    const cut = path.lastIndexOf("/");
    if (cut > 0 && !(cut === this.#last.length && path.startsWith(this.#last))) {
      const folder = path.slice(0, cut);
      this.#require(folder);
      this.#last = folder;
    }
    return `${this.root}/${path}`;
  }

  /** Takes an operation's failure, whose cause may be that a folder is no longer what it was. */
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
      this.#rules.mustBeFolder(this.resolve(folder));
      this.#trust?.add(folder);
      return "sound";
    } catch (error) {
      return errorOf(error);
    }
  }
}

/**
 * Refuses a path that leads out of the root. The caller has checked it, but an oversight there should not
 * cost a file.
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
  // On Windows, a backslash separates segments too, and a colon follows a drive's letter.
  if (leaves || (onWindows && /[\\:]/.test(path)))
    throw systemError("EINVAL", "leads out of its folder", path);
}
