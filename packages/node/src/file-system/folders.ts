import { type Dirent, lstatSync, opendirSync } from "node:fs";
import { performance } from "node:perf_hooks";
import {
  linkError,
  PathCheck,
  type PathRules,
  systemCode,
  systemError,
  type Trust,
} from "@baba/core/adapter";

/** Whether paths have drives, and backslashes between segments. */
export const ON_WINDOWS: boolean = process.platform === "win32";

const RULES: PathRules = { mustBeFolder, onWindows: ON_WINDOWS };

/** The folders on the way to a batch's files, as checked by Node.js. */
export class FolderCheck extends PathCheck {
  constructor(root: string, trust?: Trust) {
    super(root, RULES, trust);
  }
}

/** @throws `ENOENT`, `ELOOP` for a symbolic link, `ENOTDIR` for what else is no folder */
export function mustBeFolder(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) throw linkError(path);
  if (!stats.isDirectory()) throw systemError("ENOTDIR", "is not a folder", path);
}

/**
 * A folder's entries, in a form that is cheap to pass between threads: the names, and a letter for each kind.
 */
export type Listing = { readonly names: string[]; readonly kinds: string };

/**
 * Lists a folder; `undefined` if there is none, and `"late"` if the deadline came first.
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export function list(folders: FolderCheck, folder: string, deadline: number): Listing | "late" | undefined {
  try {
    return folders.within(folder, (full) => entriesOf(full, deadline));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function entriesOf(path: string, deadline: number): Listing | "late" {
  const names: string[] = [];
  let kinds = "";
  const folder = opendirSync(path, { bufferSize: 128 });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      names.push(entry.name);
      kinds += kindOf(entry);
      if (names.length % 64 === 0 && performance.now() > deadline) return "late";
    }
    return { names, kinds };
  } finally {
    folder.closeSync();
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isFile()) return "f";
  return entry.isDirectory() ? "d" : "o";
}
