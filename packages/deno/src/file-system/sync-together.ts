import { statfsSync } from "node:fs";
import {
  fileSystemSynced,
  isSyncedAsOne,
  SYNC_FILE_SYSTEM,
  type SyncEnd,
  systemCode,
  tellsOfFailedSync,
} from "@baba/core/adapter";
import { inTurns } from "./batch.ts";
import type { FolderCheck } from "./folders.ts";

/** From this many files on, one sync of the file system costs less than syncing each. */
const MANY = 256;

/**
 * Makes many files durable by one sync of the file system that holds the root, which opens and flushes once
 * instead of waiting for each file: `sync -f`, on Linux, if this process may run it (`--allow-run=sync`) and
 * knows that this syncs each file, and would tell of a failure (`--allow-sys=osRelease,statfs`), and there is
 * a root and all existing files are on its own device. `false`, with nothing done, elsewhere.
 *
 * @throws `EIO` and the like if the sync failed; it must not be taken for a missing program
 */
export async function syncTogether(folders: FolderCheck, paths: readonly string[]): Promise<boolean> {
  if (paths.length < MANY || Deno.build.os !== "linux" || !mayRun()) return false;
  if (!holdsFiles(folders.root)) return false;
  if (!(await onOneDevice(folders, paths))) return false;
  const version = await run(folders.root, ["--version"]);
  if (version === undefined || !tellsOfFailedSync(version.wrote)) return false;
  const end = await run(folders.root, SYNC_FILE_SYSTEM);
  return end !== undefined && fileSystemSynced(end, folders.root);
}

function mayRun(): boolean {
  return Deno.permissions.querySync({ name: "run", command: "sync" }).state === "granted";
}

/** Whether a sync of the root's file system is known to be one of all files in it. */
function holdsFiles(root: string): boolean {
  const kinds = ["osRelease", "statfs"] as const;
  if (kinds.some((kind) => Deno.permissions.querySync({ name: "sys", kind }).state !== "granted"))
    return false;
  try {
    return isSyncedAsOne(Deno.osRelease(), statfsSync(root).type);
  } catch {
    return false;
  }
}

async function onOneDevice(folders: FolderCheck, paths: readonly string[]): Promise<boolean> {
  const dev = deviceOf(folders, ".");
  let together = dev !== undefined;
  await inTurns(paths, (path) => {
    together = together && (deviceOf(folders, path) ?? dev) === dev;
  });
  return together;
}

/** `undefined` for a missing file, which needs no sync. */
function deviceOf(folders: FolderCheck, path: string): number | undefined {
  try {
    return folders.at(path, (full) => Deno.lstatSync(full).dev);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs `sync` in the root; `undefined` if there is no such program. `wrote` is its standard output. */
async function run(
  root: string,
  args: readonly string[],
): Promise<(SyncEnd & { readonly wrote: string }) | undefined> {
  try {
    const streams = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    const options = { args: [...args], cwd: root, env: { LC_ALL: "C" }, ...streams };
    const { code, signal, stdout, stderr } = await new Deno.Command("sync", options).output();
    const [wrote, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { status: signal === null ? code : null, said: said ?? "", wrote: wrote ?? "" };
  } catch {
    return undefined;
  }
}
