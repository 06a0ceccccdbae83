import type { FileSystem } from "../file-system/file-system.ts";
import { systemCode } from "../system-error.ts";
import { TEMPORARY_FOLDER } from "./layout.ts";

/** What is made without the write lock: `store.json`, and a lock about to be taken over. */
const WITHOUT_LOCK = /-(?:store|lock)$/;

/**
 * Removes the record and key files and the segments that wait under a temporary name, so that a former holder
 * of the lock can put none of them in place any more. Needs the lock. What is made without the lock stays.
 */
export async function removeUnplaced(files: FileSystem): Promise<void> {
  await removeTemporary(files, (name) => !WITHOUT_LOCK.test(name));
}

/** Removes the temporary files of dead writers. Needs the lock. */
export async function removeLeftovers(files: FileSystem, livingTokens: ReadonlySet<string>): Promise<void> {
  await removeTemporary(files, (name) => !livingTokens.has(name.replace(/-.*/s, "")));
}

async function removeTemporary(files: FileSystem, isUseless: (name: string) => boolean): Promise<void> {
  const entries = (await files.list(TEMPORARY_FOLDER)) ?? [];
  const useless = entries.filter(({ name, kind }) => kind === "file" && isUseless(name));
  await files.remove(useless.map(({ name }) => `${TEMPORARY_FOLDER}/${name}`));
}

/**
 * Creates a file that only this owner makes. Where an earlier try left one that it could not remove, as its
 * file system had become read-only, that one is removed first.
 */
export async function createAnew(
  files: FileSystem,
  path: string,
  create: () => Promise<void>,
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    await files.remove([path]);
    await create();
  }
}
