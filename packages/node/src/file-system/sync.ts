import { closeSync, constants, fdatasync, fsync, openSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import { promisify } from "node:util";
import { inLanes, systemCode } from "@baba/core/adapter";
import { openToSync } from "./descriptors.ts";
import type { FolderCheck } from "./folders.ts";
import { patiently } from "./patience.ts";
import { withinTurn } from "./turn.ts";

/** Milliseconds for which the event loop is kept spinning for the end of one sync. */
const WATCHED = 1;
/** As many as the runtime's own thread pool does at once. */
const LANES = 4;

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/** Makes the bytes and lengths of those files that exist durable, one sync each, off the event loop. */
export async function syncFiles(folders: FolderCheck, paths: readonly string[]): Promise<void> {
  await inLanes(paths, LANES, (path) => synced(() => folders.at(path, openToSync), syncData));
}

/**
 * Makes an open file's bytes and length durable, and closes it. Most syncs end within a fraction of a
 * millisecond, so the event loop spins instead of sleeping for that long: waking it takes a third as long as
 * the sync.
 */
export async function syncOpen(descriptor: number): Promise<void> {
  let ended = false;
  const started = performance.now();
  const turn = (): void => {
    if (!ended && performance.now() - started < WATCHED) setImmediate(turn);
  };
  try {
    const syncing = syncData(descriptor);
    setImmediate(turn);
    await syncing;
  } finally {
    ended = true;
    closeSync(descriptor);
  }
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
