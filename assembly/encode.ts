import { FILLER_TABLE, OFFSETS, OFFSETS_END, nextFiller, refill, useFillers } from "./filler";

// From the second byte on, the text is units of 11 bytes: the filler of the byte before, a space, six digits, a space.
// A unit is one 16-byte load (room for a filler, digits, space, five zeros), the filler put into its first
// four bytes, and one 16-byte store, whose last five bytes the next unit overwrites.

/** 256 entries of 16 bytes: four zeros, six base-3 digits, most significant first, a space, five zeros. */
const DIGITS_TABLE: usize = memory.data(4096, 16);

for (let byte: usize = 0; byte < 256; byte++) {
  let rest = byte;
  for (let at = (byte << 4) + 9; at > (byte << 4) + 3; at--) {
    store<u8>(at, 48 + <u8>(rest % 3), DIGITS_TABLE);
    rest /= 3;
  }
  store<u8>(byte << 4, 32, DIGITS_TABLE + 10);
}

/**
 * Writes the text of `len` bytes at `src` to `dst`, which has room for 11 a byte and 16 more. The regions do not
 * overlap. Returns the text's length: 11 a byte less the last space, which is written too and not counted.
 */
export function encode(src: usize, len: usize, dst: usize): usize {
  if (len == 0) return 0;
  store<u64>(dst, load<u64>(<usize>load<u8>(src) << 4, DIGITS_TABLE + 4));
  const end = src + len;
  src++;
  dst += 7;
  while (src < end) {
    if (nextFiller == OFFSETS_END) refill();
    const count = min<usize>(end - src, (OFFSETS_END - nextFiller) >> 1);
    units(src, count, dst, nextFiller);
    src += count;
    dst += 11 * count;
    useFillers(nextFiller + 2 * count);
  }
  if (nextFiller == OFFSETS_END) refill();
  store<u32>(dst, load<u32>(<usize>load<u16>(nextFiller, OFFSETS), FILLER_TABLE));
  useFillers(nextFiller + 2);
  return len * 11 - 1;
}

function units(src: usize, count: usize, dst: usize, filler: usize): void {
  const end = src + count;
  for (; src + 8 <= end; src += 8, dst += 88, filler += 16) {
    unit(src, dst, filler);
    unit(src + 1, dst + 11, filler + 2);
    unit(src + 2, dst + 22, filler + 4);
    unit(src + 3, dst + 33, filler + 6);
    unit(src + 4, dst + 44, filler + 8);
    unit(src + 5, dst + 55, filler + 10);
    unit(src + 6, dst + 66, filler + 12);
    unit(src + 7, dst + 77, filler + 14);
  }
  for (; src < end; src++, dst += 11, filler += 2) unit(src, dst, filler);
}

// @ts-ignore: decorator
@inline
function unit(src: usize, dst: usize, filler: usize): void {
  const digits = v128.load(<usize>load<u8>(src) << 4, DIGITS_TABLE);
  v128.store(dst, v128.load_lane<u32>(<usize>load<u16>(filler, OFFSETS), digits, 0, FILLER_TABLE));
}
