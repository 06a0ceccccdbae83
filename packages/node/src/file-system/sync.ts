import { closeSync, constants, fdatasync, fsync, openSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import { promisify } from "node:util";
import { inLanes, systemCode } from "@baba/core/adapter";
import { openToSync } from "./descriptors.ts";
import type { FolderCheck } from "./folders.ts";
import { patiently } from "./patience.ts";
import { SyncWatch } from "./sync-watch.ts";
import { withinTurn } from "./turn.ts";

/** As many as the runtime's own thread pool does at once. */
const LANES = 4;

/** Of all stores: whether the processors are busy is the same for each. */
const watch = new SyncWatch();
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/** Makes the bytes and lengths of those files that exist durable, one sync each, off the event loop. */
export async function syncFiles(folders: FolderCheck, paths: readonly string[]): Promise<void> {
  await inLanes(paths, LANES, (path) => synced(() => folders.at(path, openToSync), syncData));
}

/**
 * Makes an open file's bytes and length durable, and closes it. The event loop is kept turning for its end,
 * where that pays, instead of sleeping.
 */
export async function syncOpen(descriptor: number): Promise<void> {
  let ended = false;
  try {
    const syncing = syncData(descriptor);
    keepTurning(watch.next(), () => ended);
    await syncing;
  } finally {
    ended = true;
    closeSync(descriptor);
  }
}

/** For so many milliseconds at the most; zero is not at all. */
function keepTurning(milliseconds: number, hasEnded: () => boolean): void {
  if (milliseconds === 0) return;
  const started = performance.now();
  const turn = (): void => {
    const isOver = performance.now() - started >= milliseconds;
    if (hasEnded() || isOver) watch.note(hasEnded());
    else setImmediate(turn);
  };
  setImmediate(turn);
}

/**
 * Makes the entries of folders durable, given by paths below the root. Windows syncs no folders: its file
 * systems journal the entries.
 */
export async function syncFolders(folders: FolderCheck, paths: readonly string[]): Promise<void> {
  await syncOpened(paths, (path) => folders.within(path, openFolder));
}

/** The same for one folder by its full path. */
export async function syncFullFolder(path: string): Promise<void> {
  await syncOpened([path], openFolder);
}

function openFolder(full: string): number {
  return openSync(full, constants.O_RDONLY | constants.O_DIRECTORY);
}

async function syncOpened(paths: readonly string[], open: (path: string) => number): Promise<void> {
  if (process.platform === "win32") return;
  await inLanes(paths, LANES, async (path) => {
    try {
      await synced(() => open(path), syncAll);
    } catch (error) {
      // EINVAL means that the file system cannot sync folders at all; nothing else can be done then.
      if (systemCode(error) !== "EINVAL") throw error;
    }
  });
}

/** Syncs what opens; what does not exist needs no sync. */
async function synced(open: () => number, sync: (descriptor: number) => Promise<void>): Promise<void> {
  try {
    // The sync starts at once, so that the disk works while the caller continues. Only the opening is
    // retried: the system reports a failed sync once, and another one would not report it again.
    const { descriptor, syncing } = await patiently(() =>
      withinTurn(() => {
        const opened = open();
        return { descriptor: opened, syncing: sync(opened) };
      }),
    );
    await syncing.finally(() => closeSync(descriptor));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
