import { type Dirent, lstatSync, opendirSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Trust } from "@baba/core/adapter";
import { codeOf, linkError, systemError } from "./descriptors.ts";

/** What an operation says where a folder on its way may not be what it was. */
const DOUBTS: readonly string[] = ["ENOENT", "ENOTDIR", "ELOOP"];
const ON_WINDOWS = process.platform === "win32";

/**
 * The folders on the way to a batch's files. Each is looked at once: it must be a folder and no
 * symbolic link. The root itself may be reached through links; it is the user's choice.
 */
export class FolderCheck {
  readonly root: string;
  readonly #trust: Trust | undefined;
  #standing: Map<string, Error | "sound"> | undefined;
  /** The folder that was found sound last: most files of a batch are in one. */
  #last = "";

  /** With `trust`, folders that a call found sound a moment ago are not looked at again. */
  constructor(root: string, trust?: Trust) {
    this.root = root;
    this.#trust = trust;
  }

  /**
   * Does something with the full path of a file, once all folders on the way are found sound. Where that
   * fails as it would with another thing in a folder's place, the folders are looked at anew the next time.
   *
   * @throws what `use` throws; `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for a file on the way
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
    mustStayBelow(path);
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
    if (DOUBTS.includes(codeOf(error) ?? "")) this.#trust?.forget();
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
      const path = this.resolve(folder);
      const stats = lstatSync(path);
      if (stats.isSymbolicLink()) return linkError(path);
      if (!stats.isDirectory()) return systemError("ENOTDIR", "is not a folder", path);
      this.#trust?.add(folder);
      return "sound";
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
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

/** What a folder holds, in a form that a thread can pass on cheaply: the names, and a letter for each one's kind. */
export type Listing = { readonly names: string[]; readonly kinds: string };

/**
 * Lists a folder; `undefined` where there is none, and `"late"` where the time came before the end.
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export function list(folders: FolderCheck, folder: string, deadline: number): Listing | "late" | undefined {
  try {
    return folders.within(folder, (full) => entriesOf(full, deadline));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function entriesOf(path: string, deadline: number): Listing | "late" {
  const names: string[] = [];
  let kinds = "";
  const folder = opendirSync(path, { bufferSize: 128 });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      names.push(entry.name);
      kinds += kindOf(entry);
      if (names.length % 64 === 0 && performance.now() > deadline) return "late";
    }
    return { names, kinds };
  } finally {
    folder.closeSync();
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isFile()) return "f";
  return entry.isDirectory() ? "d" : "o";
}
