import type { Content } from "./protection.ts";

/** Kept bytes that are revealed at a time. Deflate makes at most 1,032 bytes of one, so that these are some 16 MiB. */
const PORTION = 16 * 1024;
/** Bytes that may come out beyond those that went in, before no more is revealed. */
const MOST_GROWTH = 16 * 1024 * 1024;

/** What is revealed of some records, from the first of them on; a promise only where it has to be waited for. */
export type Reveal = (
  names: readonly string[],
  kept: readonly Content[],
) => readonly Content[] | Promise<readonly Content[]>;

/**
 * The contents of what is kept, from the first on, of as many as do not grow too much: a few MiB of compressed records may
 * be GiB of contents. Of one at least.
 */
export function revealSome(
  names: readonly string[],
  kept: readonly Content[],
  reveal: Reveal,
): readonly Content[] | Promise<readonly Content[]> {
  return portionEnd(kept, 0) === kept.length ? reveal(names, kept) : inPortions(names, kept, reveal);
}

async function inPortions(
  names: readonly string[],
  kept: readonly Content[],
  reveal: Reveal,
): Promise<readonly Content[]> {
  const contents: Content[] = [];
  let growth = 0;
  while (contents.length < kept.length && growth < MOST_GROWTH) {
    const start = contents.length;
    const end = portionEnd(kept, start);
    const portion = kept.slice(start, end);
    const revealed = await reveal(names.slice(start, end), portion);
    growth += bytesOf(revealed) - bytesOf(portion);
    contents.push(...revealed);
  }
  return contents;
}

/** Where the portion ends that begins at `start`. */
function portionEnd(kept: readonly Content[], start: number): number {
  let [end, bytes] = [start, 0];
  do {
    bytes += lengthOf(kept[end++]);
  } while (end < kept.length && bytes + lengthOf(kept[end]) <= PORTION);
  return Math.min(end, kept.length);
}

function bytesOf(contents: readonly Content[]): number {
  return contents.reduce((sum, content) => sum + lengthOf(content), 0);
}

function lengthOf(content: Content): number {
  return content instanceof Uint8Array ? content.length : 0;
}
