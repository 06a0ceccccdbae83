import { lstatSync } from "node:fs";
import { linkError, PathCheck, type PathRules, systemError, type Trust } from "@baba/core/adapter";

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
