import { statfsSync } from "node:fs";
import { release } from "node:os";
import { fileSystemSynced, inLanes, isSyncedAsOne, SYNC_FILE_SYSTEM } from "@baba/core/adapter";
import { LANES } from "./limits.ts";
import { slicesOf } from "./slices.ts";
import { type ThreadUser, threads } from "./threads.ts";

/**
 * From this many files on, one sync of the file system costs less than syncing each. See docs/performance.md,
 * "Files on Node.js".
 */
export const MANY_SYNCS = 256;

/**
 * Makes files durable by one sync of the file system that holds the root: `sync -f`, on Linux, if it is known
 * that this syncs each file, and would tell of a failure, and there is a root and all existing files are on its
 * own device. `false`, with nothing done, elsewhere.
 *
 * @throws `EIO` and the like if the sync failed; it must not be taken for a missing program
 */
export async function syncTogether(
  user: ThreadUser,
  root: string,
  paths: readonly string[],
): Promise<boolean> {
  if (process.platform !== "linux" || !holdsFiles(root)) return false;
  let together = true;
  await inLanes(slicesOf(paths, 0), LANES, async ({ items }) => {
    together = (await threads.run(user, "onOneDevice", [root, items])) && together;
  });
  const end = together ? await threads.run(user, "sync", [root, SYNC_FILE_SYSTEM]) : undefined;
  return end !== undefined && fileSystemSynced(end, root);
}

/** Whether a sync of the root's file system is one of all files in it. */
function holdsFiles(root: string): boolean {
  try {
    return isSyncedAsOne(release(), statfsSync(root).type);
  } catch {
    return false;
  }
}
