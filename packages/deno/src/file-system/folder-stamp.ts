import { isWithinTick } from "@baba/core/adapter";
import type { FolderCheck } from "./folders.ts";

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

function isNew(time: Date): boolean {
  return isWithinTick(time.getTime());
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
