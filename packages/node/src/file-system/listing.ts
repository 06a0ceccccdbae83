import { type Dirent, opendirSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FolderEntry } from "@baba/core";
import { systemCode } from "@baba/core/adapter";
import type { FolderCheck } from "./folders.ts";

/** Entries turned into objects in one turn of the event loop. See docs/performance.md, "Files on Node.js". */
const ENTRIES_A_TURN = 2048;

/** A folder's entries: the names, and a letter for each kind. */
export type Listing = { readonly names: string[]; readonly kinds: string };

/** The same in a form that is cheap to pass between threads: names joined by the one character that none has. */
export type PackedListing = { readonly names: string; readonly kinds: string };

/**
 * Lists a folder; `undefined` if there is none, and `"late"` if the deadline came first.
 *
 * @throws `ENOTDIR`, `ELOOP`
 */
export function list(folders: FolderCheck, folder: string, deadline: number): Listing | "late" | undefined {
  try {
    return folders.within(folder, (full) => readEntries(full, deadline));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readEntries(path: string, deadline: number): Listing | "late" {
  const names: string[] = [];
  let kinds = "";
  const folder = opendirSync(path, { bufferSize: 128 });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      names.push(entry.name);
      kinds += letterOf(entry);
      if (names.length % 64 === 0 && performance.now() > deadline) return "late";
    }
    return { names, kinds };
  } finally {
    folder.closeSync();
  }
}

function letterOf(entry: Dirent): string {
  if (entry.isFile()) return "f";
  return entry.isDirectory() ? "d" : "o";
}

/** The entries of a listing. */
export function entriesOf({ names, kinds }: Listing): FolderEntry[] {
  return names.map((name, i) => ({ name, kind: kindOf(kinds[i]) }));
}

/** A listing in the form for another thread. */
export function packListing({ names, kinds }: Listing): PackedListing {
  return { names: names.join("/"), kinds };
}

/** The entries of a packed listing, over as many turns of the event loop as it takes. */
export async function unpackEntries({ names, kinds }: PackedListing): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  let from = 0;
  for (let i = 0; i < kinds.length; i++) {
    const end = names.indexOf("/", from);
    entries.push({ name: names.slice(from, end < 0 ? undefined : end), kind: kindOf(kinds[i]) });
    from = end + 1;
    if (i % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await nextTurn();
  }
  return entries;
}

function kindOf(letter: string | undefined): FolderEntry["kind"] {
  if (letter === "f") return "file";
  return letter === "d" ? "folder" : "other";
}
