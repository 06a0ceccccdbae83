import type { FolderCheck } from "./folders.ts";

/** Over one tick of the clock that kernels stamp files by (10 ms at most), in milliseconds. */
const TICK = 100;
/** The same for a file system that stores whole seconds, or every other one. */
const COARSE_TICK = 2000 + TICK;

/**
 * Distinguishes states of the folder: its inode and the times of its last change. `undefined` if it is not a
 * folder, or if its last change is so recent that the next one could get the same time. Deno reports
 * milliseconds; no other change can share that of one older than a tick.
 */
export function stampOf(folders: FolderCheck, folder: string): string | undefined {
  const found = look(folders, folder);
  if (!found?.isDirectory) return undefined;
  const { dev, ino, mtime, ctime } = found;
  if (mtime === null || ctime === null || isNew(mtime) || isNew(ctime)) return undefined;
  // Programs that copy folders can set one of the times, but not the other.
  return `${dev}:${ino}:${mtime.getTime()}:${ctime.getTime()}`;
}

/** Whether a change made now could get this time too. */
function isNew(time: Date): boolean {
  // A fraction of a second proves that this file system stores fractions.
  const tick = time.getTime() % 1000 === 0 ? COARSE_TICK : TICK;
  return Date.now() - time.getTime() < tick;
}

function look(folders: FolderCheck, folder: string): Deno.FileInfo | undefined {
  try {
    // The root itself may be a link: what it leads to counts.
    if (folder === ".") return Deno.statSync(folders.root);
    return folders.at(folder, (full) => Deno.lstatSync(full));
  } catch {
    return undefined;
  }
}
