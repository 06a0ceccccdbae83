import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** All files below a folder, as relative, `/`-separated, sorted paths. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** The record files of a store's folder: everything outside the store's own. */
export function recordFilesOf(directory: string): string[] {
  return filesBelow(directory).filter((name) => !name.startsWith(".baba/"));
}

/** A digest of all names, contents and modification times below a folder: equal if nothing was touched. */
export function treeDigest(folder: string): string {
  const hash = createHash("sha256");
  for (const name of filesBelow(folder)) {
    const path = join(folder, name);
    hash.update(`${name}\0${lstatSync(path).mtimeMs}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/**
 * What a store that nobody has open should no longer contain: a lock, owners, unfinished files. An empty
 * owner file may stay: it cannot be told whether its process was killed before writing it or is about to
 * write it.
 */
export function leftoversOf(directory: string): string[] {
  const own = filesBelow(join(directory, ".baba"));
  const left = own.filter((name) => name === "lock" || /^(tmp|owners|breaks)\//.test(name));
  return left.filter(
    (name) => !name.startsWith("owners/") || lstatSync(join(directory, ".baba", name)).size > 0,
  );
}
