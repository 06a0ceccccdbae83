import { dirname } from "node:path";
import { type FolderCalls, type Made, makeFolders, mustStayBelow, systemCode } from "@baba/core/adapter";
import { mustBeFolder, ON_WINDOWS } from "./folders.ts";

const MODE = 0o700;

const calls: FolderCalls = {
  above: dirname,
  make,
  isFolder,
  mustBeFolder,
};

/** Makes a folder and its parents, mode 0700; existing ones are checked. */
export function makeFolder(root: string, folder: string): Made {
  mustStayBelow(folder, ON_WINDOWS);
  return makeFolders(root, folder, calls);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** A umask may take the owner's own rights: without them nobody could use the folder. */
function make(path: string): void {
  Deno.mkdirSync(path, { mode: MODE });
  const { mode } = Deno.lstatSync(path); // `null` on Windows
  if (mode !== null && (mode & MODE) !== MODE) Deno.chmodSync(path, MODE);
}
