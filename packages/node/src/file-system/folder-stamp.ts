import { type BigIntStats, lstatSync, statSync } from "node:fs";
import type { FolderCheck } from "./folders.ts";

const SECOND = 1_000_000_000n;
/** Over one tick of the clock that kernels stamp files by (10 ms at most), in nanoseconds. */
const TICK = 100_000_000n;
/** The same for a file system that stores whole seconds, or every other one. */
const COARSE_TICK = 2n * SECOND + TICK;

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

/** Whether a change made now could get this time too. */
function isNew(time: bigint): boolean {
  // A fraction of a second proves that this file system stores fractions.
  const tick = time % SECOND === 0n ? COARSE_TICK : TICK;
  return BigInt(Date.now()) * 1_000_000n - time < tick;
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
