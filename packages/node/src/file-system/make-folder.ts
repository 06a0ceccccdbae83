import { chmodSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type FolderCalls, type Made, makeFolders, mustStayBelow } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

const MODE = 0o700;

const calls: FolderCalls = {
  above: dirname,
  make,
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  mustBeFolder,
};

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(root, folder, calls);
}

/** A umask may take the owner's own rights: without them nobody could use the folder. */
function make(path: string): void {
  mkdirSync(path, { mode: MODE });
  if (!ON_WINDOWS && (lstatSync(path).mode & MODE) !== MODE) chmodSync(path, MODE);
}
