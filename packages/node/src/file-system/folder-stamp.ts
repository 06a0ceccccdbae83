import { type BigIntStats, lstatSync, statSync } from "node:fs";
import type { FolderCheck } from "./folders.ts";

const SECOND = 1_000_000_000n;
/** More than one tick of the clock by which kernels stamp files (10 ms at most), in nanoseconds. */
const TICK = 100_000_000n;
/** The same where a file system keeps whole seconds, or every other one. */
const COARSE_TICK = 2n * SECOND + TICK;

/**
 * What tells the folder's state from others: its inode and the times of its last change. `undefined` where
 * it is no folder, or where its last change is so new that the next one could get the same time.
 */
export function stampOf(folders: FolderCheck, folder: string): string | undefined {
  const stats = look(folders, folder);
  if (stats === undefined || !stats.isDirectory()) return undefined;
  const { dev, ino, mtimeNs, ctimeNs } = stats;
  if (isNew(mtimeNs) || isNew(ctimeNs)) return undefined;
  // A program can set the one time, as those that copy folders do, but not the other.
  return `${dev}:${ino}:${mtimeNs}:${ctimeNs}`;
}

/** Whether what happens now could get this time too. */
function isNew(time: bigint): boolean {
  // A fraction of a second is proof that this file system keeps one.
  const tick = time % SECOND === 0n ? COARSE_TICK : TICK;
  return BigInt(Date.now()) * 1_000_000n - time < tick;
}

function look(folders: FolderCheck, folder: string): BigIntStats | undefined {
  try {
    // Of the root itself, what a link to it leads to counts.
    if (folder === ".") return statSync(folders.root, { bigint: true });
    return folders.at(folder, (full) => lstatSync(full, { bigint: true }));
  } catch {
    return undefined;
  }
}
