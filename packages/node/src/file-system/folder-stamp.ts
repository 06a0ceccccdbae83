import { type BigIntStats, lstatSync, statSync } from "node:fs";
import { isWithinTick } from "@baba/core/adapter";
import type { FolderCheck } from "./folders.ts";

/**
 * Distinguishes states of the folder: its inode and the times of its last change. `undefined` if it is not a
 * folder, or if its last change is so recent that the next one could get the same time.
 */
export function stampOf(folders: FolderCheck, folder: string): string | undefined {
  const stats = look(folders, folder);
  if (stats === undefined || !stats.isDirectory()) return undefined;
  const { dev, ino, mtimeNs, ctimeNs } = stats;
  if (isNew(mtimeNs) || isNew(ctimeNs)) return undefined;
  // Programs that copy folders can set one of the times, but not the other.
  return `${dev}:${ino}:${mtimeNs}:${ctimeNs}`;
}

function isNew(nanoseconds: bigint): boolean {
  return isWithinTick(Number(nanoseconds / 1_000_000n));
}

function look(folders: FolderCheck, folder: string): BigIntStats | undefined {
  try {
    // The root itself may be a link: what it leads to counts.
    if (folder === ".") return statSync(folders.root, { bigint: true });
    return folders.at(folder, (full) => lstatSync(full, { bigint: true }));
  } catch {
    return undefined;
  }
}
