import { readdir } from "node:fs/promises";
import { systemCode } from "@baba/core/adapter";
import type { FolderCheck } from "./folders.ts";

/**
 * The names in a folder; `undefined` where there is none. In one hop to the runtime's own threads, which also
 * sort them by their bytes (the caller may not count on it, but an array in order is soon sorted again).
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
