/** What was made: below the root, and the folders outside that hold what was made on the way to the root. */
export type Made = { readonly made: string[]; readonly holders: string[] };

/**
 * Makes a folder and those above it, outermost first, as `FileSystem.makeFolder` owes it.
 *
 * @param makeRoot makes the root and the folders above it; gives those that hold what it made, none where the root existed
 * @param makeOne makes one folder, by its path below the root; gives whether it was this call that made it
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
