// Strict decoding. Text spaced as by the encoder is decoded 16 groups at a time with SIMD (block.ts); other
// legal white space, and anything wrong, is handled part by part here.

import { blocks, blocksEnd, blocksOutput } from "./block";

// Faults, which decode() returns negated; the host's messages use the same numbers.
const FAULT_DIGIT: i32 = 1; // not one of the digits 0, 1 and 2
const FAULT_VALUE: i32 = 2; // the six digits' value is over 255
const FAULT_SPACE: i32 = 3; // no white space after a part
const FAULT_FILLER_DIGIT: i32 = 4; // not a decimal digit
const FAULT_FILLER_LETTER: i32 = 5; // not a lower-case letter
const FAULT_END: i32 = 6; // the text ends inside a group

// The other outcomes of a part.
const OK: i32 = 0;
const DONE: i32 = -1; // the end of the text, or of this piece of it

/** How many groups are read one by one before the fast path is tried again. */
const SLOW_GROUPS: i32 = 16;

let cursor: usize = 0;
let output: usize = 0;
let stopped: usize = 0;

/** The byte whose filler is still to come; -1 at the start of a group. Persists across pieces with `more`. */
let pending: i32 = -1;

/**
 * Where the last decode() stopped, relative to its `src`: at the first byte at fault or, after a piece with
 * `more`, at the first byte to pass in again.
 */
export function position(): usize {
  return stopped;
}

/**
 * Decodes `len` bytes of text at `src` to `dst`, which must have room for (len + 1) / 11 bytes and 16 more.
 * The decoder may read and write the 16 bytes after the text. With `more`, the text continues in a further
 * call, whose piece begins at position(), at most six bytes before the end of this one. Returns the number of
 * bytes written, or a fault's number, negated.
 */
export function decode(src: usize, len: usize, dst: usize, more: bool): i32 {
  const end = src + len;
  // With a space after the end, the last group of a text looks like every other.
  store<u8>(end, 32);
  const limit = more ? end : end + 1;
  cursor = src;
  output = dst;
  let result = OK;
  while (result == OK) {
    if (pending < 0) {
      // A block begins with a digit: after a group, this is the space that belongs to it.
      skipSpace(end);
      blocks(cursor, limit, output);
      cursor = blocksEnd;
      output = blocksOutput;
    }
    for (let i = 0; i < SLOW_GROUPS && result == OK; i++) result = group(end, more);
  }
  stopped = cursor - src;
  if (!more || result > 0) pending = -1;
  return result > 0 ? -result : <i32>(output - dst);
}

/** Reads a group, or its second half if the first was at the end of the previous piece. */
function group(end: usize, more: bool): i32 {
  let result = OK;
  if (pending < 0) {
    result = next(end, more, 6);
    if (result == OK) result = digits(end);
    if (result != OK) return result;
  }
  result = next(end, more, 3);
  if (result == DONE && !more) return FAULT_END;
  return result == OK ? filler(end) : result;
}

/** Skips to the next part; DONE if there is none, or it and the byte after it are not all in this piece. */
function next(end: usize, more: bool, size: usize): i32 {
  skipSpace(end);
  if (cursor >= end) {
    cursor = end;
    return DONE;
  }
  return more && cursor + size >= end ? DONE : OK;
}

function skipSpace(end: usize): void {
  while (cursor < end && isSpace(load<u8>(cursor))) cursor++;
}

function digits(end: usize): i32 {
  let value: i32 = 0;
  for (let at = cursor; at < cursor + 6; at++) {
    if (at >= end) return fault(end, FAULT_END);
    const digit = <i32>load<u8>(at) - 48;
    if (<u32>digit > 2) return fault(at, FAULT_DIGIT);
    value = value * 3 + digit;
  }
  if (value > 255) return FAULT_VALUE;
  cursor += 6;
  pending = value;
  return ended(end);
}

function filler(end: usize): i32 {
  for (let at = cursor; at < cursor + 3; at++) {
    if (at >= end) return fault(end, FAULT_END);
    const letter = at == cursor + 2;
    const digit = <u32>load<u8>(at) - (letter ? 97 : 48);
    if (digit > <u32>(letter ? 25 : 9)) return fault(at, letter ? FAULT_FILLER_LETTER : FAULT_FILLER_DIGIT);
  }
  cursor += 3;
  const result = ended(end);
  if (result != OK) return result;
  store<u8>(output++, <u8>pending);
  pending = -1;
  return OK;
}

/** Checks that a part is followed by white space or the end. */
function ended(end: usize): i32 {
  return cursor == end || isSpace(load<u8>(cursor)) ? OK : FAULT_SPACE;
}

function fault(at: usize, kind: i32): i32 {
  cursor = at;
  return kind;
}

// @ts-ignore: decorator
@inline
function isSpace(byte: u8): bool {
  return byte == 32 || <u8>(byte - 9) < 5;
}
