import { CommitUnknownError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { PASSING_FILE } from "./layout.ts";
import { folderOf, pathIn } from "./names.ts";
import { inPieces, type Turn } from "./pieces.ts";

/**
 * Makes record files durable: the bytes of those that are there, and the entries of their folders and
 * of every folder above, which may be new.
 *
 * @param touched each name that changed, with whether there is a file
 * @param source a file to link to
 * @param turn lets others have their turn
 */
export async function checkpoint(
  files: FileSystem,
  touched: ReadonlyMap<string, boolean>,
  source: string,
  turn: Turn,
): Promise<void> {
  const present: string[] = [];
  const known = new Set<string>();
  await inPieces(touched, turn, (name, isThere) => {
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
      "A sync of record files failed. What was committed stands in the journal, and this handle writes no more: close " +
        "the database and open it again.",
      { cause },
    );
  }
}

/**
 * Writes folders again, by an entry that comes and goes: a sync of one that failed earlier, in whatever
 * process, has given up what was new in it, and no later sync would miss that.
 *
 * @param source a file to link to
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

/** The folder of this name and all above it. */
function addFolders(folders: Set<string>, name: string): void {
  for (let folder = folderOf(name); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
}
