import { systemError } from "../system-error.ts";

/** What the program `sync` ended with. */
export type SyncEnd = {
  /** 0 where it did what was asked for; `null` where a signal ended it. */
  readonly status: number | null;
  /** What it wrote to its standard error, in the locale C. */
  readonly said: string;
};

/**
 * The arguments of `sync` for the whole file system of the folder in which it is run: one flush, where a sync of each of many
 * files would wait for each. A path among them could be taken for what the program says, and is in its messages.
 *
 * @example
 * ```ts
 * import { SYNC_FILE_SYSTEM } from "@baba/core/adapter";
 * console.log(["sync", ...SYNC_FILE_SYSTEM].join(" ")); // sync -f .
 * ```
 */
export const SYNC_FILE_SYSTEM: readonly string[] = ["-f", "."];

/**
 * Whether the file system was synced; `false` where this program cannot do that, so that each file is to be synced by itself.
 *
 * @throws `EIO`, `ENOSPC`, `EDQUOT` where the sync failed: a later one would not say so again
 * @example
 * ```ts
 * import { fileSystemSynced } from "@baba/core/adapter";
 * console.log(fileSystemSynced({ status: 0, said: "" }, "/data")); // true
 * console.log(fileSystemSynced({ status: 1, said: "sync: invalid option -- 'f'" }, "/data")); // false
 * ```
 */
export function fileSystemSynced({ status, said }: SyncEnd, root: string): boolean {
  if (status === 0) return true;
  if (/usage|invalid option|unrecognized option|not implemented/i.test(said)) return false;
  const code = /no space/i.test(said) ? "ENOSPC" : /quota/i.test(said) ? "EDQUOT" : "EIO";
  throw systemError(code, `sync -f failed: ${said.trim() || `status ${status}`}`, root);
}
