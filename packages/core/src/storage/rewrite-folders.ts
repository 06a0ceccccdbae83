import type { FileSystem } from "../file-system/file-system.ts";
import { worded } from "./io-error.ts";
import { PASSING_FILE } from "./layout.ts";
import { pathIn } from "./names.ts";

/**
 * Rewrites folders by adding and removing an entry: if a sync of a folder failed earlier, in any process, its
 * changes may be lost although a later sync succeeds.
 *
 * @param source an existing file to link to
 */
export async function rewriteFolders(
  files: FileSystem,
  folders: readonly string[],
  source: string,
): Promise<void> {
  const kinds = await files.kinds(folders);
  for (const [i, folder] of folders.entries()) {
    if (kinds[i] !== "folder") continue;
    const passing = pathIn(folder, PASSING_FILE);
    await files.link(source, passing);
    // Named, as a folder that stands there keeps the store from all further commits.
    await worded(files.remove([passing]), passing, "remove");
  }
}
