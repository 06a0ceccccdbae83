import { CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { folderOf } from "../names.ts";
import { type Breathe, inPieces } from "../pieces.ts";
import { rewriteFolders } from "../rewrite-folders.ts";

/**
 * Makes record files durable: the contents of those that exist, and the entries of their folders and of every
 * parent folder, which may be new.
 *
 * @param touched every name that changed, and whether there is a file
 * @param source an existing file to link to
 * @param breathe yields to other work
 */
export async function checkpoint(
  files: FileSystem,
  touched: ReadonlyMap<string, boolean>,
  source: string,
  breathe: Breathe,
): Promise<void> {
  const present: string[] = [];
  const known = new Set<string>();
  await inPieces(touched, breathe, (name, isThere) => {
    if (isThere) present.push(name);
    addFolders(known, name);
  });
  const folders = [...known];
  await rewriteFolders(files, folders, source);
  try {
    await files.sync(present);
    await files.syncFolders(folders);
  } catch (cause) {
    throw new CommitUnknownError(
      "Syncing record files failed. What was committed is in the journal, but this handle refuses further writes: close " +
        "the database and open it again.",
      { cause },
    );
  }
}

/** Adds the folder of this name and all its parents. */
function addFolders(folders: Set<string>, name: string): void {
  for (let folder = folderOf(name); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
}
