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
 * The file systems that hold their files themselves, as statfs(2) numbers them: ext2 to ext4, XFS, Btrfs,
 * F2FS, ZFS and tmpfs.
 */
const SYNCED_AS_ONE: readonly number[] = [0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994];

/**
 * Whether a sync of a whole file system does what a sync of each file would, and fails where that would fail.
 * Before 5.8 Linux did not tell of files that could not be written (syncfs(2)). Of a file system that keeps
 * its files elsewhere, it may not sync what they are kept in (FUSE, eCryptfs), or not tell of failures there
 * (overlayfs).
 *
 * @param release the version of Linux
 * @param type the number that statfs(2) gives for the file system
 * @example
 * ```ts
 * import { isSyncedAsOne } from "@baba/core/adapter";
 * console.log(isSyncedAsOne("6.1.0-18-amd64", 0xef53)); // true
 * console.log(isSyncedAsOne("4.18.0-513.el8.x86_64", 0xef53)); // false
 * ```
 */
export function isSyncedAsOne(release: string, type: number): boolean {
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  return (major > 5 || (major === 5 && minor >= 8)) && SYNCED_AS_ONE.includes(type);
}

/**
 * Whether a program `sync` tells of a failed sync of a file system, by the version that it says it is: those
 * of BusyBox and uutils do not ask the system for the outcome.
 *
 * @example
 * ```ts
 * import { tellsOfFailedSync } from "@baba/core/adapter";
 * console.log(tellsOfFailedSync("sync (GNU coreutils) 9.1")); // true
 * console.log(tellsOfFailedSync("sync (uutils coreutils) 0.2.2")); // false
 * ```
 */
export function tellsOfFailedSync(version: string): boolean {
  return version.startsWith("sync (GNU coreutils)");
}

/**
 * Whether the file system was synced; `false` if this program cannot do that, so each file must be synced by
 * itself.
 *
 * @throws `EIO`, `ENOSPC`, `EDQUOT` if the sync failed: a later one would not say so again
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
