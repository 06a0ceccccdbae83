import type { FolderCheck } from "./folders.ts";

/** More than one tick of the clock by which kernels stamp files (10 ms at most), in milliseconds. */
const TICK = 100;
/** The same where a file system keeps whole seconds, or every other one. */
const COARSE_TICK = 2000 + TICK;

/**
 * What tells the folder's state from others: its inode and the times of its last change. `undefined` where
 * it is no folder, or where its last change is so new that the next one could get the same time. Deno tells
 * milliseconds, and a change that is older than a tick has no other in its own.
 */
export function stampOf(folders: FolderCheck, folder: string): string | undefined {
  const found = look(folders, folder);
  if (!found?.isDirectory) return undefined;
  const { dev, ino, mtime, ctime } = found;
  if (mtime === null || ctime === null || isNew(mtime) || isNew(ctime)) return undefined;
  // A program can set the one time, as those that copy folders do, but not the other.
  return `${dev}:${ino}:${mtime.getTime()}:${ctime.getTime()}`;
}

/** Whether what happens now could get this time too. */
function isNew(time: Date): boolean {
  // A fraction of a second is proof that this file system keeps one.
  const tick = time.getTime() % 1000 === 0 ? COARSE_TICK : TICK;
  return Date.now() - time.getTime() < tick;
}

function look(folders: FolderCheck, folder: string): Deno.FileInfo | undefined {
  try {
    // Of the root itself, what a link to it leads to counts.
    if (folder === ".") return Deno.statSync(folders.root);
    return folders.at(folder, (full) => Deno.lstatSync(full));
  } catch {
    return undefined;
  }
}
