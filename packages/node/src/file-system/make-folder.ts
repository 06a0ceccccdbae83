import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Made, makeFolders, makeRoot, mustStayBelow, systemCode } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(
    folder,
    () => makeRoot(root, dirname, makeAbove),
    (path) => makeOne(join(root, path)),
  );
}

/** Whether this call made a folder on the way to the root. Links there are followed: that is the user's choice. */
function makeAbove(path: string): boolean {
  if (isFolder(path)) return false;
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST" && isFolder(path)) return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
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
