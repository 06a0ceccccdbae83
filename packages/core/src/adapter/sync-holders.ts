import { inLanes } from "../lanes.ts";
import { systemCode } from "../system-error.ts";

/** Syncs in progress at once. */
const LANES = 4;

/**
 * Makes the entries of folders above the root durable, as far as this user may: one that it may not open was
 * there before, or the sync of what was made makes its entry as durable as the system can. Every folder is
 * tried, whichever was refused before.
 *
 * @param sync syncs one folder by its full path
 * @throws what a sync fails with, unless that is `EACCES` or `EPERM`
 * @example
 * ```ts
 * import { syncHolders, systemError } from "@baba/core/adapter";
 * const synced: string[] = [];
 * await syncHolders(["/", "/data"], async (holder) => {
 *   if (holder === "/") throw systemError("EACCES", "may not be opened", holder);
 *   synced.push(holder);
 * });
 * console.log(synced); // [ "/data" ]
 * ```
 */
export async function syncHolders(
  holders: readonly string[],
  sync: (holder: string) => Promise<void>,
): Promise<void> {
  await inLanes(holders, LANES, async (holder) => {
    try {
      await sync(holder);
    } catch (error) {
      const code = systemCode(error);
      if (code !== "EACCES" && code !== "EPERM") throw error;
    }
  });
}
