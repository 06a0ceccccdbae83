// Strict decoding. Text as the encoder spaces it goes 16 groups at a time through SIMD (block.ts); any other
// legal white space, and whatever is wrong, goes part by part here.

import { blocks, blocksEnd, blocksOutput } from "./block";

// What is wrong with a text; decode() returns it negated, and the host's sentences use the same numbers.
const FAULT_DIGIT: i32 = 1; // not one of the digits 0, 1 and 2
const FAULT_VALUE: i32 = 2; // six digits that make more than 255
const FAULT_SPACE: i32 = 3; // a part goes on where white space should follow
const FAULT_FILLER_DIGIT: i32 = 4; // not a decimal digit
const FAULT_FILLER_LETTER: i32 = 5; // not a lower-case letter
const FAULT_END: i32 = 6; // the text ends inside a group

// What else a part can come to.
const OK: i32 = 0;
const DONE: i32 = -1; // the text, or what there is of it, is read

/** Groups read one by one before the fast path is tried again. */
const SLOW_GROUPS: i32 = 16;

let cursor: usize = 0;
let output: usize = 0;
let stopped: usize = 0;

/** The byte whose filler is still to come; -1 where a new group begins. Outlives a piece with `more`. */
let pending: i32 = -1;

/**
 * Where the last decode() stopped, counted from its `src`: at the first byte at fault; after a piece with `more`,
 * at the first byte to hand in again.
 */
export function position(): usize {
  return stopped;
}

/**
 * Decodes `len` bytes of text at `src` to `dst`, which has room for (len + 1) / 11 bytes and 16 more. The 16 bytes after the text
 * are the decoder's to read and write. With `more`, this is a piece, and the text goes on in a further call
 * whose piece begins at position(), at most six bytes before this one's end.
 * Returns the number of bytes written, or a fault's number, negated.
 */
export function decode(src: usize, len: usize, dst: usize, more: bool): i32 {
  const end = src + len;
  // A space after the end makes the last group of a text look like every other.
  store<u8>(end, 32);
  const limit = more ? end : end + 1;
  cursor = src;
  output = dst;
  let result = OK;
  while (result == OK) {
    if (pending < 0) {
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

/** Reads one group, or its second half where the first was at the end of the piece before. */
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

/** Goes to the next part; DONE where there is none, or where all of it and the byte after are not in this piece. */
function next(end: usize, more: bool, size: usize): i32 {
  while (cursor < end && isSpace(load<u8>(cursor))) cursor++;
  if (cursor >= end) {
    cursor = end;
    return DONE;
  }
  return more && cursor + size >= end ? DONE : OK;
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

/** After a part there is white space, or the end. */
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
