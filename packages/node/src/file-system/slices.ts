import type { NewFile } from "@baba/core";

/** Files per hop to a thread: a few milliseconds of work, with far less than one for unpacking. */
const SLICE = 256;

/** A batch in slices, from an item on; each with its index in the batch. */
export function* slicesOf<T>(
  batch: readonly T[],
  start: number,
): Generator<{ readonly from: number; readonly items: readonly T[] }> {
  for (let from = start; from < batch.length; from += SLICE) {
    yield { from, items: batch.slice(from, from + SLICE) };
  }
}

/** Files in slices of at most `bytes` bytes; a longer file is a slice of its own. */
export function* slicesOfFiles<F extends NewFile>(
  files: readonly F[],
  bytes: number,
): Generator<readonly F[]> {
  let start = 0;
  let sum = 0;
  for (let i = 0; i < files.length; i++) {
    const length = files[i]?.bytes.length ?? 0;
    const full = sum + length > bytes || i - start >= SLICE;
    if (full && i > start) {
      yield files.slice(start, i);
      start = i;
      sum = 0;
    }
    sum += length;
  }
  if (start < files.length) yield files.slice(start);
}
