import type { Reveal } from "../protection.ts";
import type { Content } from "../storage.ts";

/**
 * Stored bytes to reveal at a time. Deflate expands at most 1,032-fold, so these become some 16 MiB at most.
 */
const PORTION = 16 * 1024;
/** Bytes by which contents may exceed their stored form before no more is revealed. */
const MOST_GROWTH = 16 * 1024 * 1024;

/**
 * Reveals stored records from the first on, at least one, until they have grown too much: a few MiB of
 * compressed records may be GiB of contents.
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
    // One by one: what takes no bytes has no end to its portion, and a call may not have as many arguments.
    for (const content of revealed) contents.push(content);
  }
  return contents;
}

/** Contents with others, in order, for those that are doubtful: up to the first for which there is none. */
export function replaced(
  contents: readonly Content[],
  isDoubtful: (content: Content) => boolean,
  others: readonly Content[],
): Content[] {
  const result: Content[] = [];
  let used = 0;
  for (const content of contents) {
    if (!isDoubtful(content)) result.push(content);
    else if (used < others.length) result.push(others[used++]);
    else break;
  }
  return result;
}

/** Where the portion that begins at `start` ends. */
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

/** The bytes of a content: none of an error, or of nothing. */
export function lengthOf(content: Content): number {
  return content instanceof Uint8Array ? content.length : 0;
}
