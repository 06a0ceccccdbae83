import { closeSync, constants, fdatasync, fsync, openSync } from "node:fs";
import { promisify } from "node:util";
import { codeOf, openToSync } from "./descriptors.ts";
import { FolderCheck } from "./folders.ts";
import { inLanes } from "./lanes.ts";
import { withinTurn } from "./turn.ts";

/** As many as the runtime's own thread pool does at once. */
const LANES = 4;

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/** Makes the bytes and lengths of these files durable, one sync each, off the event loop; those that exist. */
export async function syncFiles(root: string, paths: readonly string[]): Promise<void> {
  const folders = new FolderCheck(root);
  await inLanes(paths, LANES, (path) => synced(() => openToSync(folders.resolve(path)), syncData));
}

/**
 * Makes the entries of folders durable, given by paths below the root. Windows syncs no folders: its
 * file systems journal the entries.
 */
export async function syncFolders(root: string, paths: readonly string[]): Promise<void> {
  const folders = new FolderCheck(root);
  await syncFullFolders(paths, (path) => {
    folders.requireFolder(path);
    return path === "." ? root : folders.resolve(path);
  });
}

/** The same for folders by their full paths. */
export async function syncFullFolders(
  paths: readonly string[],
  resolve: (path: string) => string = (path) => path,
): Promise<void> {
  if (process.platform === "win32") return;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  await inLanes(paths, LANES, async (path) => {
    try {
      await synced(() => openSync(resolve(path), flags), syncAll);
    } catch (error) {
      // A file system that cannot sync a folder at all says EINVAL; there is nothing else to do then.
      if (codeOf(error) !== "EINVAL") throw error;
    }
  });
}

/** Syncs what opens; what is not there needs no sync. */
async function synced(open: () => number, sync: (descriptor: number) => Promise<void>): Promise<void> {
  const descriptor = await withinTurn(open).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (descriptor === undefined) return;
  try {
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
