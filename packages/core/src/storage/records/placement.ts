import { encodedSize, encodeInto, TextRoom } from "../../codec/index.ts";
import type { FileSystem, NewFile } from "../../file-system/file-system.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";

/**
 * Limits what is encoded on the event loop at once, and lets its texts be written while the CPU cache has
 * them.
 */
export const BATCH_FILES = 128;
const BATCH_BYTES = 64 * 1024;

/** Room for the texts of a batch, unless one of its records is large. */
const LARGE_ROOM = 12 * BATCH_BYTES;
/** Batches with fewer bytes of text have memory of their own. */
const FEW_BYTES = LARGE_ROOM / 4;

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
export function textsOf(
  batch: readonly Placement[],
  token: () => string,
  encode: Encode = inOnePiece(textBytes(batch)),
): RecordText[] {
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

/** Allocating the text of each record separately costs as much as encoding it. */
function inOnePiece(size: number): Encode {
  const all = new Uint8Array(size);
  let end = 0;
  return (payload) => {
    const text = all.subarray(end, end + encodedSize(payload.length));
    end += encodeInto(payload, text);
    return text;
  };
}

/**
 * Rooms in which the texts of large batches are encoded without a copy; reused, as fresh memory is slow to
 * touch. There are as many as were lent at one time.
 */
export class TextRooms {
  readonly #free: TextRoom[] = [];

  /**
   * Lends an encoder for texts of `size` bytes in all until `use` ends. After a failure the room is not
   * reused, as it may still be read.
   */
  async lend<T>(size: number, use: (encode: Encode) => Promise<T>): Promise<T> {
    if (size < FEW_BYTES || size > LARGE_ROOM) return use(inOnePiece(size));
    const room = this.#free.pop() ?? new TextRoom(LARGE_ROOM);
    const result = await use(inRoom(room));
    this.#free.push(room);
    return result;
  }
}

function inRoom(room: TextRoom): Encode {
  let end = 0;
  return (payload) => {
    const text = room.encode(payload, end);
    end += text.length;
    return text;
  };
}

/** Removes temporary files that were not put in place: they may be what filled the disk. */
export async function discard(files: FileSystem, temporaries: readonly string[]): Promise<void> {
  await files.remove(temporaries).catch(() => undefined);
}
