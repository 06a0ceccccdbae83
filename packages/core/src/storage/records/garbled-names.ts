import { BabaError } from "../../errors.ts";
import type { EntryKind, FileSystem } from "../../file-system/file-system.ts";
import { printable } from "../../printable.ts";
import { folderOf, pathIn } from "../names.ts";
import { entriesOf, kindsOf } from "./obstacles.ts";

/** What a runtime shows for bytes of a name that are not UTF-8. A valid name may contain it too. */
const REPLACEMENT = "\ufffd";

/** Whether a name that is not found may be listed in other characters than it has on disk. */
export function mayBeGarbled(name: string): boolean {
  return name.includes(REPLACEMENT);
}

/** The errors for those names that are listed in their folder but cannot be found there. */
export async function garbledNames(
  files: FileSystem,
  names: readonly string[],
): Promise<Map<string, BabaError>> {
  const listed = new Set<string>();
  for (const folder of new Set(names.map(folderOf)))
    for (const name of await entriesOf(files, folder)) listed.add(pathIn(folder, name));
  const doubtful = names.filter((name) => listed.has(name));
  // Looked up again after the listing: what was put there in the meantime is found now.
  const kinds = await kindsOf(files, doubtful);
  const lost = doubtful.filter((_, i) => kinds[i] === undefined);
  return new Map(lost.map((name) => [name, garbled(name)]));
}

/**
 * Refuses two entries listed under one name, one of which is found under it: nothing would ever reveal the
 * other.
 *
 * @param names in order
 * @throws `BABA_NAME`
 */
export async function refuseTwins(
  names: readonly string[],
  kindsOfTwins: (twins: readonly string[]) => Promise<readonly (EntryKind | undefined)[]>,
): Promise<void> {
  const twins = names.filter((name, i) => name === names[i - 1] && mayBeGarbled(name));
  if (twins.length === 0) return;
  const kinds = await kindsOfTwins(twins);
  const hidden = twins.find((_, i) => kinds[i] !== undefined);
  if (hidden !== undefined) throw garbled(hidden);
}

function garbled(name: string): BabaError {
  return new BabaError(
    "BABA_NAME",
    `${printable(name)}: this is not its real name on the disk, which is not UTF-8: rename it or move it away.`,
    { record: name },
  );
}
