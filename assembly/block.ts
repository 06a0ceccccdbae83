// 16 groups of canonical text at once: about six SIMD instructions a group.

export const GROUP: usize = 11;
export const BLOCK_GROUPS: usize = 16;
export const BLOCK: usize = 176;

// A group's 11 bytes, and five of the next one's that a 16-byte load brings along and nobody looks at: taking FLOOR
// away leaves at most RANGE exactly where every byte is legal.
const FLOOR: v128 = i8x16(48, 48, 48, 48, 48, 48, 32, 48, 48, 97, 32, 0, 0, 0, 0, 0);
const RANGE: v128 = i8x16(2, 2, 2, 2, 2, 2, 0, 9, 9, 25, 0, -1, -1, -1, -1, -1);

// Of two digits d and e in a 16-bit lane (d in the low byte), d * 0x301 + (e << 8) has 3d + e in the high byte.
const PAIR: v128 = i16x8(0x301, 0x301, 0x301, 0x301, 0x301, 0x301, 0x301, 0x301);
const WEIGHTS: v128 = i16x8(81, 9, 1, 0, 81, 9, 1, 0);

// @ts-ignore: decorator
@inline
function lift(src: usize, offset: usize): v128 {
  return i8x16.sub(v128.load(src + offset), FLOOR);
}

/** Two groups' values, times 256 and plus less than 256, each as the sum of two 32-bit lanes. */
// @ts-ignore: decorator
@inline
function pair(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.mul(v128.shuffle<u64>(a, b, 0, 2), PAIR), WEIGHTS);
}

/** Four groups' values in 32-bit lanes. */
// @ts-ignore: decorator
@inline
function quad(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = pair(a, b);
  const cd = pair(c, d);
  const even = v128.shuffle<u32>(ab, cd, 0, 2, 4, 6);
  const odd = v128.shuffle<u32>(ab, cd, 1, 3, 5, 7);
  return i32x4.shr_u(i32x4.add(even, odd), 8);
}

// @ts-ignore: decorator
@inline
function most(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d));
}

/**
 * Decodes the 176 bytes at `src` to 16 bytes at `dst` and says whether they were canonical text; where they
 * were not, what it wrote means nothing. Reads five bytes more.
 */
export function block(src: usize, dst: usize): bool {
  // Two rounds of eight groups: 16 at once ran out of vector registers, and was slower.
  let seen = i8x16.splat(0);
  let values = i16x8.splat(0);
  for (const end = src + BLOCK; src < end; src += BLOCK / 2) {
    let a = lift(src, 0), b = lift(src, 11), c = lift(src, 22), d = lift(src, 33);
    seen = i8x16.max_u(seen, most(a, b, c, d));
    const first = quad(a, b, c, d);
    a = lift(src, 44), b = lift(src, 55), c = lift(src, 66), d = lift(src, 77);
    seen = i8x16.max_u(seen, most(a, b, c, d));
    const eight = i16x8.narrow_i32x4_s(first, quad(a, b, c, d));
    values = v128.or(values, eight);
    v128.store_lane<u64>(dst, i8x16.narrow_i16x8_u(eight, eight), 0);
    dst += 8;
  }
  const tooMuch = i16x8.shr_u(values, 8);
  return !v128.any_true(v128.or(i8x16.sub_sat_u(seen, RANGE), tooMuch));
}
