import { readdir } from "node:fs/promises";
import { systemCode } from "@baba/core/adapter";
import type { FolderCheck } from "./folders.ts";

/**
 * The names in a folder; `undefined` if there is none. One hop to the runtime's own threads, which also sort
 * the names by their bytes (callers must not rely on it, but a sorted array is quick to sort again).
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export async function namesOf(folders: FolderCheck, folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folders.within(folder, (full) => full));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
