// Canonical text, 16 groups at a time: about six SIMD instructions a group.

const GROUP: usize = 11;
const BLOCK_GROUPS: usize = 16;
const BLOCK: usize = 176;

// The constants are loaded from memory before the loop: engines rebuild a constant wherever it is used.
const CONSTANTS: usize = memory.data(80, 16);

// A group's 11 bytes, and five of the next group, which a 16-byte load includes and nobody looks at:
// subtracting FLOOR leaves at most RANGE exactly if every byte is legal.
v128.store(CONSTANTS, i8x16(48, 48, 48, 48, 48, 48, 32, 48, 48, 97, 32, 0, 0, 0, 0, 0));
v128.store(CONSTANTS, i8x16(2, 2, 2, 2, 2, 2, 0, 9, 9, 25, 0, -1, -1, -1, -1, -1), 16);
// Two digits d0 and d1 form the 16-bit lane d0 + 256 d1. From the first four, TRIPLES makes 27 d0 + 3 d2 plus
// 256 times 27 d1 + 3 d3, both at most 60; from the last two, d4 and d5. From such a pair p + 256 q, PAIR
// makes 3 p + q, times 256, plus p; and three times the first of these plus the second is the value, times
// 256, plus less than 256.
v128.store(CONSTANTS, i16x8(27, 3, 1, 0, 27, 3, 1, 0), 32);
v128.store(CONSTANTS, i16x8.splat(0x301), 48);
v128.store(CONSTANTS, i16x8(3, 1, 3, 1, 3, 1, 3, 1), 64);

/** Where the last blocks() stopped, and where its next byte goes. */
export let blocksEnd: usize = 0;
export let blocksOutput: usize = 0;

/**
 * Decodes the text from `src` to `limit` to `dst` while it is whole blocks of canonical text; if it ends with
 * a whole group, the rest is decoded with a last, overlapping block. Reads five bytes more, and may leave 16
 * meaningless bytes after its output.
 */
export function blocks(src: usize, limit: usize, dst: usize): void {
  const floor = v128.load(CONSTANTS);
  const range = v128.load(CONSTANTS, 16);
  const triples = v128.load(CONSTANTS, 32);
  const pair = v128.load(CONSTANTS, 48);
  const sum = v128.load(CONSTANTS, 64);
  const start = src;
  while (true) {
    let from = src, to = dst;
    if (src + BLOCK > limit) {
      const rest = limit - src;
      if (src == start || rest == 0 || rest % GROUP != 0) break;
      from = limit - BLOCK;
      to = dst + rest / GROUP - BLOCK_GROUPS;
    }
    let a = lift(from, floor), b = lift(from + 11, floor), c = lift(from + 22, floor), d = lift(from + 33, floor);
    let seen = most(a, b, c, d);
    const first = quad(a, b, c, d, triples, pair, sum);
    a = lift(from + 44, floor), b = lift(from + 55, floor), c = lift(from + 66, floor), d = lift(from + 77, floor);
    seen = i8x16.max_u(seen, most(a, b, c, d));
    const low = i16x8.narrow_i32x4_s(first, quad(a, b, c, d, triples, pair, sum));
    a = lift(from + 88, floor), b = lift(from + 99, floor), c = lift(from + 110, floor), d = lift(from + 121, floor);
    seen = i8x16.max_u(seen, most(a, b, c, d));
    const third = quad(a, b, c, d, triples, pair, sum);
    a = lift(from + 132, floor), b = lift(from + 143, floor), c = lift(from + 154, floor), d = lift(from + 165, floor);
    seen = i8x16.max_u(seen, most(a, b, c, d));
    const high = i16x8.narrow_i32x4_s(third, quad(a, b, c, d, triples, pair, sum));
    v128.store(to, i8x16.narrow_i16x8_u(low, high));
    const tooMuch = i16x8.shr_u(v128.or(low, high), 8);
    if (v128.any_true(v128.or(i8x16.sub_sat_u(seen, range), tooMuch))) break;
    src = from + BLOCK;
    dst = to + BLOCK_GROUPS;
  }
  blocksEnd = src;
  blocksOutput = dst;
}

// @ts-ignore: decorator
@inline
function lift(at: usize, floor: v128): v128 {
  return i8x16.sub(v128.load(at), floor);
}

/** Four groups' values in 32-bit lanes. A value over 255 stays so, or becomes far larger. */
// @ts-ignore: decorator
@inline
function quad(a: v128, b: v128, c: v128, d: v128, triples: v128, pair: v128, sum: v128): v128 {
  const ab = i32x4.dot_i16x8_s(v128.shuffle<u64>(a, b, 0, 2), triples);
  const cd = i32x4.dot_i16x8_s(v128.shuffle<u64>(c, d, 0, 2), triples);
  const pairs = i16x8.mul(i16x8.narrow_i32x4_s(ab, cd), pair);
  return i32x4.shr_u(i32x4.dot_i16x8_s(pairs, sum), 8);
}

// @ts-ignore: decorator
@inline
function most(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d));
}
