import { CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { PASSING_FILE } from "../layout.ts";
import { folderOf, pathIn } from "../names.ts";
import { type Breathe, inPieces } from "../pieces.ts";

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
    await files.remove([passing]);
  }
}

/** Adds the folder of this name and all its parents. */
function addFolders(folders: Set<string>, name: string): void {
  for (let folder = folderOf(name); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
}
