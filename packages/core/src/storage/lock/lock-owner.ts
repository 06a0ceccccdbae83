import type { FileSystem } from "../../file-system/file-system.ts";
import { ownerPath } from "../layout.ts";

/** Who wants the lock: a token that no other open storage has, and the process. */
export type LockOwner = { readonly token: string; readonly identity: string };

/**
 * The tokens of owners in this process that have ended although their lock or file may still exist: a removal
 * failed, or their folder was away. They write no more, which this process knows, and no other can.
 */
export const endedOwners: Set<string> = new Set();

/** Whether an owner may still write, as `FileSystem.lives` of its process: `undefined` if nobody can tell. */
export async function ownerLives(
  files: FileSystem,
  { identity, token }: LockOwner,
): Promise<boolean | undefined> {
  return endedOwners.has(token) ? false : files.lives(identity, ownerPath(token));
}
