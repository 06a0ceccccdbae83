import { BabaError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { STORE_FOLDER, segmentPath } from "../layout.ts";

/** The error for a process that believed it held the write lock. */
export function takenOver(): BabaError {
  return new LockedError(
    "Another process took the write lock by force (forceUnlock) while this one held it, or files of the store were removed " +
      "or replaced: close the database and open it again.",
  );
}

/** The error for a journal that lacks what was read or written here; whoever reads holds no lock. */
export function withoutOurs(): BabaError {
  return new LockedError(
    "Commits that were read or written here are no longer in the journal: another process took the write lock by force " +
      "(forceUnlock) and went on without them, or files of the store were removed or replaced. Close the database and open " +
      "it again.",
  );
}

/** The error for a store whose folder is gone. */
export function gone(): BabaError {
  return new BabaError(
    "BABA_IO",
    `The database's directory, or ${STORE_FOLDER} in it, was removed or moved while it was open: close the database, put the ` +
      "directory back, and open it again.",
    { record: STORE_FOLDER },
  );
}

/** The error for a folder that has the name of the segment that comes next. */
export function folderInPlace(number: number): BabaError {
  const path = segmentPath(number);
  return new BabaError(
    "BABA_NOT_A_RECORD",
    `${path} is a folder, and the journal's next file must have this name: move the folder away.`,
    { record: path },
  );
}

/** The error for a segment that did not get its name: another holder's has it, or a folder does. */
export async function unlinked(files: FileSystem, number: number): Promise<BabaError> {
  const [kind] = await files.kinds([segmentPath(number)]);
  return kind === "folder" ? folderInPlace(number) : takenOver();
}
