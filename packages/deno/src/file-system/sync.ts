import { inLanes, systemCode } from "@baba/core/adapter";
import { inTurn } from "./batch.ts";
import { type FolderCheck, ON_WINDOWS } from "./folders.ts";
import { syncTogether } from "./sync-together.ts";

/** Syncs in progress at once; more gained nothing as far as measured. */
const LANES = 4;

/** Makes the bytes and lengths of those files that exist durable, off the event loop. */
export async function syncFiles(folders: () => FolderCheck, paths: readonly string[]): Promise<void> {
  if (await syncTogether(folders(), paths)) return;
  await inLanes(paths, LANES, (path) =>
    synced(
      () => folders().file(path, (full) => Deno.openSync(full, TO_SYNC)),
      (file) => file.syncData(),
    ),
  );
}

/** Makes the entries of folders durable. Windows syncs no folders: its file systems journal the entries. */
export async function syncFolders(folders: () => FolderCheck, paths: readonly string[]): Promise<void> {
  await syncOpened(paths, (path) => folders().within(path, openFolder));
}

/** The same for one folder by its full path. */
export async function syncFullFolder(path: string): Promise<void> {
  await syncOpened([path], openFolder);
}

/** On Windows, syncing is FlushFileBuffers, which needs a file that can be written. */
const TO_SYNC: Deno.OpenOptions = { read: true, write: ON_WINDOWS };

function openFolder(full: string): Deno.FsFile {
  return Deno.openSync(full, { read: true });
}

async function syncOpened(paths: readonly string[], open: (path: string) => Deno.FsFile): Promise<void> {
  if (ON_WINDOWS) return;
  await inLanes(paths, LANES, async (path) => {
    try {
      await synced(
        () => open(path),
        (file) => file.sync(),
      );
    } catch (error) {
      // EINVAL means that the file system cannot sync folders at all; nothing else can be done then.
      if (systemCode(error) !== "EINVAL") throw error;
    }
  });
}

/** Syncs what opens; what does not exist needs no sync. */
async function synced(open: () => Deno.FsFile, sync: (file: Deno.FsFile) => Promise<void>): Promise<void> {
  const file = await inTurn(() => {
    try {
      return open();
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    }
  });
  if (file === undefined) return;
  try {
    await sync(file);
  } finally {
    file.close();
  }
}
