import { dirname } from "node:path";
import { type Made, makeFolders, makeRoot, mustStayBelow, systemCode } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(
    folder,
    () => makeRoot(root, dirname, makeAbove),
    (path) => makeOne(`${root}/${path}`),
  );
}

/** Whether this call made a folder on the way to the root. Links there are followed: that is the user's choice. */
function makeAbove(path: string): boolean {
  if (isFolder(path)) return false;
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST" && isFolder(path)) return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Whether this call made the folder. */
function makeOne(path: string): boolean {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  mustBeFolder(path);
  return false;
}
