// Fillers: two decimal digits, a lower-case letter and a space, drawn from a fast generator.
//
// They hide nothing and need no secrecy. They must be exactly uniform, differ between two encodings of the same
// bytes, and cost next to nothing. An additive lagged Fibonacci generator modulo the number of fillers (Knuth,
// The Art of Computer Programming 2, 3.2.2) gives just that: the sum of two independent uniform numbers modulo
// 2600 is uniform again, so nothing is scaled or refused, and eight at a time are three SIMD instructions.

/** How many fillers there are: 10 * 10 * 26. */
const FILLERS: usize = 2600;

/** The fillers, each four bytes of text. */
export const FILLER_TABLE: usize = memory.data(10400, 16);

for (let i: usize = 0; i < FILLERS; i++) {
  const digits = <u32>(i / 26);
  const text = (48 + digits / 10) | ((48 + (digits % 10)) << 8) | ((97 + <u32>(i % 26)) << 16) | (32 << 24);
  store<u32>(FILLER_TABLE + (i << 2), text);
}

// Eight generators side by side, one in each 16-bit lane, with x(n) = x(n - 127) + x(n - 63): x^127 + x^63 + 1 is
// primitive modulo 2 (Zierler and Brillhart 1968), so the period is at least 2^127 - 1. The numbers
// are kept as what they are used for: offsets in the table of fillers.
const LONG: usize = 127 << 4;
const SHORT: usize = 63 << 4;
const MODULUS: v128 = i16x8(10400, 10400, 10400, 10400, 10400, 10400, 10400, 10400);

/** The last 1016 offsets, 16 bits each; those below nextFiller are used up. */
export const OFFSETS: usize = memory.data(2032, 16);
export const OFFSETS_END: usize = 2032;
export let nextFiller: usize = OFFSETS_END;

/** Marks the offsets below `next` as used up, and makes new ones where all are. */
export function useFillers(next: usize): void {
  nextFiller = next;
}

/** Replaces all offsets by the next ones. */
export function refill(): void {
  for (let i: usize = 0; i < SHORT; i += 16) advance(i, i + (LONG - SHORT));
  for (let i: usize = SHORT; i < LONG; i += 16) advance(i, i - SHORT);
  nextFiller = 0;
}

// @ts-ignore: decorator
@inline
function advance(at: usize, other: usize): void {
  const sum = i16x8.add(v128.load(at, OFFSETS), v128.load(other, OFFSETS));
  v128.store(at, i16x8.min_u(sum, i16x8.sub(sum, MODULUS)), OFFSETS);
}

/** Seeds the generators from 256 bits. */
export function seed(a: u64, b: u64, c: u64, d: u64): void {
  if (!(a | b | c | d)) a = 1;
  for (let at: usize = 0; at < OFFSETS_END; ) {
    // xoshiro256++ (Blackman and Vigna 2018); 20 bits a number.
    const draw = rotl<u64>(a + d, 23) + a;
    const t = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl<u64>(d, 45);
    const scaled = <u32>(draw >> 44) * <u32>FILLERS;
    // 776 is 2^20 mod 2600; without these, every filler has equally many draws (Lemire 2019).
    if ((scaled & 0xfffff) < 776) continue;
    store<u16>(at, <u16>((scaled >> 20) << 2), OFFSETS);
    at += 2;
  }
  refill();
}
