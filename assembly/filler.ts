// Fillers: two decimal digits, a lower-case letter and a space, drawn from a fast generator.
//
// They hide nothing and need not be secret. They must be exactly uniform, differ between two encodings of the
// same bytes, and cost next to nothing. An additive lagged Fibonacci generator modulo the number of digits or
// letters (Knuth, The Art of Computer Programming 2, 3.2.2) does just that: the sum of two independent
// uniform numbers modulo m is uniform again, so nothing is scaled or rejected, and four fillers take three
// SIMD instructions.

// Sixteen generators in parallel, one in each byte lane, with x(n) = x(n - 127) + x(n - 126): x^127 + x + 1
// is primitive modulo 2 (Zierler and Brillhart 1968), so the period is at least 2^127 - 1. As neighbours are
// summed, each number is loaded only once. A filler's fourth number, which becomes the space, is always 0.
const SIZE: usize = 127 << 4;
const MODULI: v128 = i8x16(10, 10, 26, 1, 10, 10, 26, 1, 10, 10, 26, 1, 10, 10, 26, 1);

/** Added to a filler's numbers to make text: "00a ". */
export const FILLER_BASE: u32 = 0x20613030;

/** The last 508 fillers as four numbers each, relative to FILLER_BASE; those below nextFiller are used up. */
const FILLERS: usize = memory.data(2032, 16);
export const FILLERS_END: usize = FILLERS + SIZE;
const LAST: usize = FILLERS_END - 16;
export let nextFiller: usize = FILLERS_END;

/** Marks the fillers below `next` as used up. */
export function useFillers(next: usize): void {
  nextFiller = next;
}

/** Replaces all fillers by the next ones. */
export function refill(): void {
  let from = v128.load(FILLERS);
  for (let at = FILLERS; at < LAST; at += 144) {
    from = advance(at, from, v128.load(at, 16));
    from = advance(at + 16, from, v128.load(at, 32));
    from = advance(at + 32, from, v128.load(at, 48));
    from = advance(at + 48, from, v128.load(at, 64));
    from = advance(at + 64, from, v128.load(at, 80));
    from = advance(at + 80, from, v128.load(at, 96));
    from = advance(at + 96, from, v128.load(at, 112));
    from = advance(at + 112, from, v128.load(at, 128));
    from = advance(at + 128, from, v128.load(at, 144));
  }
  advance(LAST, from, v128.load(FILLERS));
  nextFiller = FILLERS;
}

/** Writes the sum of two, and returns the second, which is the first of the next sum. */
// @ts-ignore: decorator
@inline
function advance(at: usize, first: v128, second: v128): v128 {
  const sum = i8x16.add(first, second);
  v128.store(at, i8x16.min_u(sum, i8x16.sub(sum, MODULI)));
  return second;
}

/** Seeds the generators from 256 bits. */
export function seed(a: u64, b: u64, c: u64, d: u64): void {
  if (!(a | b | c | d)) a = 1;
  for (let at: usize = FILLERS; at < FILLERS_END; ) {
    // xoshiro256++ (Blackman and Vigna 2018); 20 bits a filler.
    const draw = rotl<u64>(a + d, 23) + a;
    const t = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl<u64>(d, 45);
    const scaled = <u32>(draw >> 44) * 2600;
    // 776 is 2^20 mod 2600; without these draws, all fillers are equally likely (Lemire 2019).
    if ((scaled & 0xfffff) < 776) continue;
    const number = scaled >> 20;
    store<u32>(at, (number % 10) | (((number / 10) % 10) << 8) | ((number / 100) << 16));
    at += 4;
  }
  refill();
}
