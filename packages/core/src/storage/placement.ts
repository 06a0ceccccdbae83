import { encodedSize, encodeInto } from "../codec/index.ts";
import type { FileSystem, Replacement } from "../file-system/file-system.ts";
import { TEMPORARY_FOLDER } from "./layout.ts";

/** Bounds what one hop encodes on the event loop, and lets its texts be written while the processor's cache has them. */
const BATCH_FILES = 128;
const BATCH_BYTES = 64 * 1024;

/** Room for the texts of a batch, unless one of its records is large. */
const LARGE_ROOM = 12 * BATCH_BYTES;
const MOST_FREE = 3;

/** A record file's new payload, or its absence. */
export type Placement = readonly [name: string, payload: Uint8Array | undefined];

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
  return batch.reduce((sum, [, payload]) => sum + encodedSize(payload?.length ?? 0), 0);
}

/**
 * The files that a batch puts in place, each with a temporary name of its own. Their texts are in one room: to
 * allocate each for itself costs as much as to encode it.
 */
export function replacements(
  batch: readonly Placement[],
  token: () => string,
  room: Uint8Array = new Uint8Array(textBytes(batch)),
): Replacement[] {
  const files: Replacement[] = [];
  let end = 0;
  for (const [path, payload] of batch) {
    if (payload === undefined) continue;
    const bytes = room.subarray(end, end + encodedSize(payload.length));
    end += encodeInto(payload, bytes);
    files.push({ path, temporary: `${TEMPORARY_FOLDER}/${token()}`, bytes });
  }
  return files;
}

/** Rooms for the texts of large batches, used again and again: new memory is slow to touch for the first time, and garbage. */
export class TextRooms {
  readonly #free: Uint8Array[] = [];

  /** A room of so many bytes at least. */
  take(size: number): Uint8Array {
    if (size < LARGE_ROOM / 4) return new Uint8Array(size);
    const free = this.#free.pop();
    return free !== undefined && free.length >= size ? free : new Uint8Array(Math.max(size, LARGE_ROOM));
  }

  /** Takes back one that nobody reads any more. */
  give(room: Uint8Array): void {
    if (room.length === LARGE_ROOM && this.#free.length < MOST_FREE) this.#free.push(room);
  }
}

/** Removes what there is of files that could not be written: it may be what filled the disk. */
export async function discard(files: FileSystem, unwritten: readonly Replacement[]): Promise<void> {
  await files.remove(unwritten.map(({ temporary }) => temporary)).catch(() => undefined);
}
