import { systemCode } from "../system-error.ts";

/**
 * The folders that were made below the root, and those outside that hold what was made on the way to the
 * root.
 */
export type Made = { readonly made: string[]; readonly holders: string[] };

/**
 * Makes a folder and its parents, outermost first, as `FileSystem.makeFolder` requires.
 *
 * @param makeRoot makes the root and its parents; returns the folders that hold what it made, none if the
 * root existed
 * @param makeOne makes one folder, given its path below the root; returns whether this call made it
 * @example
 * ```ts
 * import { makeFolders } from "@baba/core/adapter";
 * const there = ["a"];
 * const { made } = makeFolders("a/b/c", () => [], (path) => !there.includes(path));
 * console.log(made); // [ "a/b", "a/b/c" ]
 * ```
 */
export function makeFolders(
  folder: string,
  makeRoot: () => string[],
  makeOne: (path: string) => boolean,
): Made {
  const holders = makeRoot();
  const made = holders.length > 0 ? ["."] : [];
  const names = folder === "." ? [] : folder.split("/");
  names.forEach((_, depth) => {
    const path = names.slice(0, depth + 1).join("/");
    if (makeOne(path)) made.push(path);
  });
  return { made, holders };
}

/**
 * Makes the root and its missing parents, for {@link makeFolders}. Each is tried once more after its parent
 * was made: there are folders in which nothing can be made and whose system says `ENOENT` (procfs), where a
 * recursive `mkdir` never ends.
 *
 * @param above returns the folder that holds a path
 * @param make makes one folder, unless it exists; returns whether this call made it
 * @example
 * ```ts
 * import { makeRoot } from "@baba/core/adapter";
 * const above = (path: string): string => path.slice(0, path.lastIndexOf("/"));
 * console.log(makeRoot("/data/heroes", above, () => true)); // [ "/data" ]
 * ```
 */
export function makeRoot(
  root: string,
  above: (path: string) => string,
  make: (path: string) => boolean,
): string[] {
  const parent = above(root);
  try {
    return make(root) ? [parent] : [];
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || parent === root) throw error;
  }
  const holders = makeRoot(parent, above, make);
  return make(root) ? [...holders, parent] : holders;
}
