import { CommitUnknownError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { folderOf } from "./names.ts";

/**
 * Makes record files durable: the bytes of those that are there, and the entries of their folders and
 * of every folder above, which may be new.
 *
 * @param touched each name that changed, with whether there is a file
 */
export async function checkpoint(files: FileSystem, touched: ReadonlyMap<string, boolean>): Promise<void> {
  const present = [...touched].filter(([, exists]) => exists).map(([name]) => name);
  try {
    await files.sync(present);
    await files.syncFolders(foldersOf(touched.keys()));
  } catch (cause) {
    throw new CommitUnknownError(
      "A sync of record files failed. What was committed stands in the journal, and this handle writes no more: close " +
        "the database and open it again.",
      { cause },
    );
  }
}

/** The folders of these names and all above them. */
function foldersOf(names: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const name of names) {
    for (let folder = folderOf(name); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  }
  return [...folders];
}
