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
