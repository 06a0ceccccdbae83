import { systemError } from "../system-error.ts";

/** How the program `sync` ended. */
export type SyncEnd = {
  /** 0 if it succeeded; `null` if a signal ended it. */
  readonly status: number | null;
  /** What it wrote to standard error, in the C locale. */
  readonly said: string;
};

/**
 * The arguments of `sync` for the whole file system of the folder it runs in: one flush, instead of one wait
 * for each of many files. No path is among them, as it would appear in messages and could be mistaken for
 * them.
 *
 * @example
 * ```ts
 * import { SYNC_FILE_SYSTEM } from "@baba/core/adapter";
 * console.log(["sync", ...SYNC_FILE_SYSTEM].join(" ")); // sync -f .
 * ```
 */
export const SYNC_FILE_SYSTEM: readonly string[] = ["-f", "."];

/**
 * Whether this version of Linux tells of files that could not be written when their file system is synced:
 * before 5.8 it did not (syncfs(2)), so each file must be synced by itself.
 *
 * @example
 * ```ts
 * import { tellsOfFailedSync } from "@baba/core/adapter";
 * console.log(tellsOfFailedSync("6.1.0-18-amd64")); // true
 * console.log(tellsOfFailedSync("4.18.0-513.el8.x86_64")); // false
 * ```
 */
export function tellsOfFailedSync(release: string): boolean {
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 8);
}

/**
 * Whether the file system was synced; `false` if this program cannot do that, so each file must be synced by
 * itself.
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
