import type { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { JOURNAL_FOLDER, segmentNumber } from "../storage/layout.ts";
import { RecordReader } from "../storage/records/record-reader.ts";
import { recordFolders, type Unopened } from "../storage/records/record-tree.ts";
import { isSealed, keyIdOf } from "./envelope.ts";
import { keyFileMissing, sealedWithoutKey, wrongRawKey } from "./refusals.ts";
import type { StoreKeys } from "./store-keys.ts";

/** How many records are read at a time. */
const CHUNK = 128;

/** A record's name and stored bytes. */
type Kept = { readonly name: string; readonly bytes: Uint8Array };

/** Whether a store has a journal. */
export async function hasJournal(files: FileSystem): Promise<boolean> {
  const entries = (await files.list(JOURNAL_FOLDER)) ?? [];
  return entries.some(({ name }) => segmentNumber(name) !== undefined);
}

/**
 * Makes sure that no record of a store without a key file is sealed; returns the name of a plain one, if any.
 *
 * @throws `BABA_KEYRING`
 */
export async function mustNotBeSealed(files: FileSystem): Promise<string | undefined> {
  let plain: string | undefined;
  for await (const { name, bytes } of keptRecords(files)) {
    if (isSealed(bytes)) throw keyFileMissing(name);
    plain ??= name;
  }
  return plain;
}

/**
 * Makes sure that the first readable record of a store without a key file and journal fits the raw key, or
 * the lack of one; returns the record's name if there is a key but the record is plain.
 *
 * @throws `BABA_SEALED`, `BABA_KEY_WRONG`
 */
export async function mustFitRecords(
  files: FileSystem,
  keys: StoreKeys | undefined,
): Promise<string | undefined> {
  const record = await firstRecord(files);
  if (record === undefined) return undefined;
  if (!isSealed(record.bytes)) return keys && record.name;
  if (keys === undefined) throw sealedWithoutKey(record.name);
  const id = keyIdOf(record.bytes);
  if (id !== undefined && id !== keys.activeId) throw wrongRawKey(record.name);
  return undefined;
}

/** Whether the first readable record is sealed. */
export async function beginsSealed(files: FileSystem): Promise<boolean> {
  const record = await firstRecord(files);
  return record !== undefined && isSealed(record.bytes);
}

/** The first readable record of a folder tree; `undefined` if there is none. */
async function firstRecord(files: FileSystem): Promise<Kept | undefined> {
  for await (const record of keptRecords(files, passOver)) return record;
  return undefined;
}

/** Skips folders without permission, such as a volume's `lost+found`, but not the store's own folder. */
function passOver(error: BabaError): void {
  if (error.code !== "BABA_PERMISSION" || error.record === ".") throw error;
}

/**
 * Yields the records of a folder tree one by one, skipping unreadable ones, and those of other stores within it:
 * these have their own keys.
 */
async function* keptRecords(files: FileSystem, unopened?: Unopened): AsyncGenerator<Kept> {
  const records = new RecordReader(files);
  for await (const { path, isForeign } of recordFolders(files, unopened)) {
    if (isForeign) continue;
    const names = await records.list(path);
    for (let start = 0; start < names.length; ) {
      const chunk = names.slice(start, start + CHUNK);
      const read = await records.read(chunk);
      for (const [i, bytes] of read.entries())
        if (bytes instanceof Uint8Array) yield { name: chunk[i] ?? "", bytes };
      start += read.length;
    }
  }
}
