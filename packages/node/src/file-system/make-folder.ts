import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type FolderCalls, type Made, makeFolders, mustStayBelow } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

const calls: FolderCalls = {
  above: dirname,
  make: (path) => mkdirSync(path, { mode: 0o700 }),
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  mustBeFolder,
};

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(root, folder, calls);
}
