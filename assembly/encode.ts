import { FILLER_BASE, FILLERS_END, nextFiller, refill, useFillers } from "./filler";

// From the second byte on, the text consists of units of 11 bytes: the previous byte's filler, a space, six
// digits, a space. A unit is one 16-byte load (a filler's base, digits, space, five zeros), the addition of
// the filler's numbers to its first four bytes, and one 16-byte store, whose last five bytes the next unit
// overwrites.

/** 256 entries of 16 bytes: "00a ", six base-3 digits, most significant first, a space, five zeros. */
const DIGITS_TABLE: usize = memory.data(4096, 16);

for (let byte: usize = 0; byte < 256; byte++) {
  let rest = byte;
  store<u32>(byte << 4, FILLER_BASE, DIGITS_TABLE);
  for (let at = (byte << 4) + 9; at > (byte << 4) + 3; at--) {
    store<u8>(at, 48 + <u8>(rest % 3), DIGITS_TABLE);
    rest /= 3;
  }
  store<u8>(byte << 4, 32, DIGITS_TABLE + 10);
}

/**
 * Writes the text of `len` bytes at `src` to `dst`, which must have room for 11 bytes each and 16 more. The
 * regions must not overlap, or `src` must be at least `dst + 10 * len - 8`: then every byte is read before it
 * is overwritten. Returns the text's length: 11 per byte, less the last space, which is written but not
 * counted.
 */
export function encode(src: usize, len: usize, dst: usize): usize {
  if (len == 0) return 0;
  store<u64>(dst, load<u64>(<usize>load<u8>(src) << 4, DIGITS_TABLE + 4));
  const end = src + len;
  src++;
  dst += 7;
  while (src < end) {
    if (nextFiller == FILLERS_END) refill();
    const count = min<usize>(end - src, (FILLERS_END - nextFiller) >> 2);
    units(src, count, dst, nextFiller);
    src += count;
    dst += 11 * count;
    useFillers(nextFiller + 4 * count);
  }
  if (nextFiller == FILLERS_END) refill();
  store<u32>(dst, load<u32>(nextFiller) + FILLER_BASE);
  useFillers(nextFiller + 4);
  return len * 11 - 1;
}

function units(src: usize, count: usize, dst: usize, filler: usize): void {
  const end = src + count;
  for (; src + 8 <= end; src += 8, dst += 88, filler += 32) {
    unit(src, dst, v128.load_zero<u32>(filler));
    unit(src + 1, dst + 11, v128.load_zero<u32>(filler, 4));
    unit(src + 2, dst + 22, v128.load_zero<u32>(filler, 8));
    unit(src + 3, dst + 33, v128.load_zero<u32>(filler, 12));
    unit(src + 4, dst + 44, v128.load_zero<u32>(filler, 16));
    unit(src + 5, dst + 55, v128.load_zero<u32>(filler, 20));
    unit(src + 6, dst + 66, v128.load_zero<u32>(filler, 24));
    unit(src + 7, dst + 77, v128.load_zero<u32>(filler, 28));
  }
  for (; src < end; src++, dst += 11, filler += 4) unit(src, dst, v128.load_zero<u32>(filler));
}

// @ts-ignore: decorator
@inline
function unit(src: usize, dst: usize, filler: v128): void {
  v128.store(dst, i8x16.add(filler, v128.load(<usize>load<u8>(src) << 4, DIGITS_TABLE)));
}
