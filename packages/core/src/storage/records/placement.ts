import { encodedSize } from "../../codec/index.ts";
import type { FileSystem, NewFile } from "../../file-system/file-system.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";

/**
 * Limits what is encoded on the event loop at once, and lets its texts be written while the CPU cache has
 * them.
 */
export const BATCH_FILES = 128;
/** The same for payloads, in bytes. */
export const BATCH_BYTES: number = 64 * 1024;

/** A record file's new payload; `undefined` removes the file. */
export type Placement = readonly [name: string, payload: Uint8Array | undefined];

/** A record file's new text, and the name under which it is written before it is put in place. */
export type RecordText = {
  readonly name: string;
  readonly temporary: string;
  readonly bytes: Uint8Array;
};

/** Encodes payloads as texts, all in one piece of memory. */
export type Encode = (payload: Uint8Array) => Uint8Array;

/** Splits placements so that no batch takes much memory or blocks the event loop for long. */
export function* batches(placements: Iterable<Placement>): Generator<readonly Placement[]> {
  let batch: Placement[] = [];
  let bytes = 0;
  for (const placement of placements) {
    batch.push(placement);
    bytes += placement[1]?.length ?? 0;
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** The size of a batch's texts, in bytes. */
export function textBytes(batch: readonly Placement[]): number {
  return batch.reduce((sum, placement) => sum + encodedSize(placement[1]?.length ?? 0), 0);
}

/** The texts that a batch puts in place, each with its own temporary name. */
export function textsOf(batch: readonly Placement[], token: () => string, encode: Encode): RecordText[] {
  const texts: RecordText[] = [];
  for (const placement of batch) {
    const payload = placement[1];
    if (payload === undefined) continue;
    texts.push({ name: placement[0], temporary: `${TEMPORARY_FOLDER}/${token()}`, bytes: encode(payload) });
  }
  return texts;
}

/** Writes texts under their temporary names. After a failure, any of them may be there: see {@link discard}. */
export function writeTexts(files: FileSystem, texts: readonly RecordText[]): Promise<void> {
  return files.create(texts.map(({ temporary, bytes }): NewFile => ({ path: temporary, bytes })));
}

/** Removes temporary files that were not put in place: they may be what filled the disk. */
export async function discard(files: FileSystem, temporaries: readonly string[]): Promise<void> {
  await files.remove(temporaries).catch(() => undefined);
}
