import type { NewFile } from "@baba/core";

/** Files in one hop to a thread: a few milliseconds of work, and of unpacking far less than one. */
export const SLICE = 256;

/** A batch in slices, from an item on; each with its place in the batch. */
export function* slicesOf<T>(
  batch: readonly T[],
  start: number,
): Generator<{ readonly from: number; readonly items: readonly T[] }> {
  for (let from = start; from < batch.length; from += SLICE) {
    yield { from, items: batch.slice(from, from + SLICE) };
  }
}

/** Files in slices of at most so many bytes; one that is longer is a slice of its own. */
export function* slicesOfFiles<F extends NewFile>(
  files: readonly F[],
  bytes: number,
): Generator<readonly F[]> {
  let start = 0;
  let sum = 0;
  for (const [i, file] of files.entries()) {
    const full = sum + file.bytes.length > bytes || i - start >= SLICE;
    if (full && i > start) {
      yield files.slice(start, i);
      start = i;
      sum = 0;
    }
    sum += file.bytes.length;
  }
  if (start < files.length) yield files.slice(start);
}
