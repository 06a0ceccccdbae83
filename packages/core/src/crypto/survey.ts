import type { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { JOURNAL_FOLDER, segmentNumber } from "../storage/layout.ts";
import { RecordFiles } from "../storage/record-files.ts";
import { recordFolders, type Unopened } from "../storage/record-tree.ts";
import { isSealed } from "./envelope.ts";

/** How many records are read at a time. */
const CHUNK = 128;

/** A record's file, as it is kept. */
export type Kept = { readonly name: string; readonly bytes: Uint8Array };

/** Whether a store's journal has been begun. */
export async function hasJournal(files: FileSystem): Promise<boolean> {
  const entries = (await files.list(JOURNAL_FOLDER)) ?? [];
  return entries.some(({ name }) => segmentNumber(name) !== undefined);
}

/** Some record of a folder tree; `undefined` where there is none that can be read. */
export async function firstRecord(files: FileSystem): Promise<Kept | undefined> {
  for await (const record of keptRecords(files, passOver)) return record;
  return undefined;
}

/** A volume's `lost+found` is closed to most, and nothing in it is this process's to read. */
function passOver(error: BabaError): void {
  if (error.code !== "BABA_PERMISSION" || error.record === ".") throw error;
}

/** Whether that record is sealed. */
export async function beginsSealed(files: FileSystem): Promise<boolean> {
  const record = await firstRecord(files);
  return record !== undefined && isSealed(record.bytes);
}

/** The records of a folder tree, one after another; those that cannot be read are left out. */
export async function* keptRecords(files: FileSystem, unopened?: Unopened): AsyncGenerator<Kept> {
  const records = new RecordFiles(files, () => "");
  for await (const { path } of recordFolders(files, unopened)) {
    const names = await records.list(path);
    for (let start = 0; start < names.length; start += CHUNK) {
      const chunk = names.slice(start, start + CHUNK);
      for (const [i, bytes] of (await records.read(chunk)).entries())
        if (bytes instanceof Uint8Array) yield { name: chunk[i] ?? "", bytes };
    }
  }
}
