import type { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { JOURNAL_FOLDER, segmentNumber } from "../storage/layout.ts";
import { RecordReader } from "../storage/record-reader.ts";
import { recordFolders, type Unopened } from "../storage/record-tree.ts";
import { isSealed } from "./envelope.ts";

/** How many records are read at a time. */
const CHUNK = 128;

/** A record's name and stored bytes. */
export type Kept = { readonly name: string; readonly bytes: Uint8Array };

/** Whether a store has a journal. */
export async function hasJournal(files: FileSystem): Promise<boolean> {
  const entries = (await files.list(JOURNAL_FOLDER)) ?? [];
  return entries.some(({ name }) => segmentNumber(name) !== undefined);
}

/** The first readable record of a folder tree; `undefined` if there is none. */
export async function firstRecord(files: FileSystem): Promise<Kept | undefined> {
  for await (const record of keptRecords(files, passOver)) return record;
  return undefined;
}

/** Skips folders without permission, such as a volume's `lost+found`, but not the store's own folder. */
function passOver(error: BabaError): void {
  if (error.code !== "BABA_PERMISSION" || error.record === ".") throw error;
}

/** Whether the first readable record is sealed. */
export async function beginsSealed(files: FileSystem): Promise<boolean> {
  const record = await firstRecord(files);
  return record !== undefined && isSealed(record.bytes);
}

/** Yields the records of a folder tree one by one, skipping unreadable ones. */
export async function* keptRecords(files: FileSystem, unopened?: Unopened): AsyncGenerator<Kept> {
  const records = new RecordReader(files);
  for await (const { path } of recordFolders(files, unopened)) {
    const names = await records.list(path);
    for (let start = 0; start < names.length; start += CHUNK) {
      const chunk = names.slice(start, start + CHUNK);
      for (const [i, bytes] of (await records.read(chunk)).entries())
        if (bytes instanceof Uint8Array) yield { name: chunk[i] ?? "", bytes };
    }
  }
}
