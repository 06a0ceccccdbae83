import { systemCode } from "../system-error.ts";

/**
 * The folders that were made below the root, and those outside that hold what was made on the way to the
 * root.
 */
export type Made = { readonly made: string[]; readonly holders: string[] };

/** A runtime's calls for single folders, by full path. */
export type FolderCalls = {
  /** The folder that holds a path. */
  above(path: string): string;
  /** Makes one folder, mode 0700. @throws `EEXIST` if anything has its name, `ENOENT` if it has no parent */
  make(path: string): void;
  /** Whether there is a folder, or a link to one. */
  isFolder(path: string): boolean;
  /** Throws unless there is a folder; a link to one is none. */
  mustBeFolder(path: string): void;
};

/**
 * Makes a folder and its parents, outermost first, as `FileSystem.makeFolder` requires. On the way to the
 * root links are followed, as that is the user's choice; below it they are refused.
 *
 * @param root the full path of the root
 * @param folder a path below it, or `.`
 * @example
 * ```ts
 * import { makeFolders } from "@baba/core/adapter";
 * const there = ["/", "/data", "/data/a"];
 * const { made } = makeFolders("/data", "a/b/c", {
 *   above: (path) => path.slice(0, path.lastIndexOf("/")) || "/",
 *   isFolder: (path) => there.includes(path),
 *   mustBeFolder: () => undefined,
 *   make(path) {
 *     if (there.includes(path)) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
 *     there.push(path);
 *   },
 * });
 * console.log(made); // [ "a/b", "a/b/c" ]
 * ```
 */
export function makeFolders(root: string, folder: string, calls: FolderCalls): Made {
  const holders = makeRoot(root, calls);
  const made = holders.length > 0 ? ["."] : [];
  const names = folder === "." ? [] : folder.split("/");
  names.forEach((_, depth) => {
    const path = names.slice(0, depth + 1).join("/");
    if (makeBelow(`${root}/${path}`, calls)) made.push(path);
  });
  return { made, holders };
}

/**
 * Makes the root and its missing parents. Each is tried once more after its parent was made: there are
 * folders in which nothing can be made and whose system says `ENOENT` (procfs), where a recursive `mkdir`
 * never ends.
 */
function makeRoot(root: string, calls: FolderCalls): string[] {
  const parent = calls.above(root);
  try {
    return makeAbove(root, calls) ? [parent] : [];
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || parent === root) throw error;
  }
  const holders = makeRoot(parent, calls);
  return makeAbove(root, calls) ? [...holders, parent] : holders;
}

/** Whether this call made the folder. It may lie where nothing can be made, so it is looked for first. */
function makeAbove(path: string, calls: FolderCalls): boolean {
  if (calls.isFolder(path)) return false;
  try {
    calls.make(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST" && calls.isFolder(path)) return false;
    throw error;
  }
}

/** Whether this call made the folder. */
function makeBelow(path: string, calls: FolderCalls): boolean {
  try {
    calls.make(path);
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  calls.mustBeFolder(path);
  return false;
}
