import type { Allocate, ReadResult } from "./files.ts";
import { packError, unpackError, type WireError } from "./wire.ts";

const SMALLEST_BUFFER = 64 * 1024;
const LARGEST_BUFFER = 1024 * 1024;
/** Buffers kept for the next batches: as many as two in progress use. */
const MOST_SPARE = 6;
/** Numbers that describe one file. */
const FIELDS = 3;
const [ABSENT, FAILED] = [-1, -2];

/**
 * The outcomes of a batch of reads in a few buffers: passing an array for each file between threads costs as
 * much as reading it. `places` has three numbers for each: its buffer, its offset in it and its length; the
 * buffer is -1 if there is no such file, and -2 if the offset is that of an error.
 */
export type PackedReads = {
  readonly buffers: readonly ArrayBuffer[];
  readonly places: Float64Array;
  readonly errors: readonly WireError[];
};

/** Whether a job's result came from `packReads`. */
export function isPackedReads(result: unknown): result is PackedReads {
  return typeof result === "object" && result !== null && "places" in result;
}

/** Packs results whose memory is from `packing`. */
export function packReads(results: readonly ReadResult[]): PackedReads {
  const buffers: ArrayBuffer[] = [];
  const errors: WireError[] = [];
  const places = new Float64Array(FIELDS * results.length);
  for (const [i, result] of results.entries()) {
    if (result instanceof Uint8Array) {
      const { buffer } = result;
      // Rooms are handed out in order: a file is in the last buffer, or in a new one.
      if (buffer instanceof ArrayBuffer && buffers.at(-1) !== buffer) buffers.push(buffer);
      places.set([buffers.length - 1, result.byteOffset, result.length], FIELDS * i);
    } else if (result === undefined) places[FIELDS * i] = ABSENT;
    else places.set([FAILED, errors.push(packError(result)) - 1], FIELDS * i);
  }
  return { buffers, places, errors };
}

/** Unpacks the results; their arrays are views of the buffers. */
export function unpackReads({ buffers, places, errors }: PackedReads): ReadResult[] {
  return Array.from({ length: places.length / FIELDS }, (_, i) => {
    const [number = ABSENT, offset = 0, length = 0] = places.subarray(FIELDS * i, FIELDS * (i + 1));
    const [buffer, error] = [buffers[number], errors[offset]];
    if (buffer !== undefined) return new Uint8Array(buffer, offset, length);
    return number === FAILED && error !== undefined ? unpackError(error) : undefined;
  });
}

/** Room for many files in few buffers: first in the given ones, then in new ones. */
export function packing(buffers: readonly ArrayBuffer[] = []): Allocate {
  const given = [...buffers];
  let buffer = new ArrayBuffer(0);
  let used = 0;
  let next = SMALLEST_BUFFER;
  return (size) => {
    if (size > buffer.byteLength - used) {
      buffer = given.find(({ byteLength }) => byteLength >= size) ?? new ArrayBuffer(Math.max(size, next));
      if (given.includes(buffer)) given.splice(given.indexOf(buffer), 1);
      else next = Math.min(next * 4, LARGEST_BUFFER);
      used = 0;
    }
    used += size;
    return new Uint8Array(buffer, used - size, size);
  };
}

/** Buffers that came back from a thread, and whose bytes nobody needs any more. */
export class SpareBuffers {
  #spare: ArrayBuffer[] = [];

  /** Takes buffers in, and drops all but a few. */
  put(buffers: readonly ArrayBuffer[]): void {
    const common = buffers.filter(({ byteLength }) => byteLength <= LARGEST_BUFFER);
    this.#spare = [...this.#spare, ...common].slice(-MOST_SPARE);
  }

  /** All there are; each is handed out once. */
  take(): ArrayBuffer[] {
    const spare = this.#spare;
    this.#spare = [];
    return spare;
  }
}
