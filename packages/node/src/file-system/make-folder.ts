import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Made, makeFolders, mustStayBelow, systemCode } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(
    folder,
    () => makeRoot(root),
    (path) => makeOne(join(root, path)),
  );
}

/** The folders that hold what was made on the way to the root; none if the root existed. */
function makeRoot(root: string): string[] {
  const outermost = mkdirSync(root, { recursive: true, mode: 0o700 });
  if (outermost === undefined) return [];
  const holders: string[] = [];
  for (let made = root; made.length >= outermost.length; made = join(made, ".."))
    holders.push(join(made, ".."));
  return holders;
}

/** Whether this call made the folder. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  mustBeFolder(path);
  return false;
}
