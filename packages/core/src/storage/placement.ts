import { encodedSize, encodeInto, TextRoom } from "../codec/index.ts";
import type { FileSystem, Replacement } from "../file-system/file-system.ts";
import { TEMPORARY_FOLDER } from "./layout.ts";

/** Bounds what one hop encodes on the event loop, and lets its texts be written while the processor's cache has them. */
export const BATCH_FILES = 128;
const BATCH_BYTES = 64 * 1024;

/** Room for the texts of a batch, unless one of its records is large. */
const LARGE_ROOM = 12 * BATCH_BYTES;
/** Texts of fewer bytes together have memory of their own. */
const FEW_BYTES = LARGE_ROOM / 4;

/** A record file's new payload, or its absence. */
export type Placement = readonly [name: string, payload: Uint8Array | undefined];

/** Makes texts of payloads, in one piece of memory for all. */
export type Encode = (payload: Uint8Array) => Uint8Array;

/** Splits placements so that no batch holds much memory or the event loop for long. */
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

/** How many bytes the texts of a batch have. */
export function textBytes(batch: readonly Placement[]): number {
  return batch.reduce((sum, placement) => sum + encodedSize(placement[1]?.length ?? 0), 0);
}

/** The files that a batch puts in place, each with a temporary name of its own. */
export function replacements(
  batch: readonly Placement[],
  token: () => string,
  encode: Encode = inOnePiece(textBytes(batch)),
): Replacement[] {
  const files: Replacement[] = [];
  for (const placement of batch) {
    const payload = placement[1];
    if (payload === undefined) continue;
    files.push({ path: placement[0], temporary: `${TEMPORARY_FOLDER}/${token()}`, bytes: encode(payload) });
  }
  return files;
}

/** To allocate the text of each record for itself costs as much as to encode it. */
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
 * Rooms for the texts of large batches, in which they are encoded without a copy; used again and again, as new memory is slow
 * to touch for the first time. There are as many as were lent at one time.
 */
export class TextRooms {
  readonly #free: TextRoom[] = [];

  /** Lends what encodes texts of so many bytes together, until `use` is over; after a failure somebody may still read them. */
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

/** Removes what there is of files that could not be written: it may be what filled the disk. */
export async function discard(files: FileSystem, unwritten: readonly Replacement[]): Promise<void> {
  await files.remove(unwritten.map(({ temporary }) => temporary)).catch(() => undefined);
}
