// XXH64 (Collet, the xxHash fast digest algorithm specification, revision 0.2): a checksum, not a signature.

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// The four accumulators, and the seed and length for the end.
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;
let v4: u64 = 0;
let start: u64 = 0;
let total: u64 = 0;

/** The hash of `len` bytes at `ptr`. */
export function xxh64(ptr: usize, len: usize, seed: u64): u64 {
  const whole = len & ~31;
  xxh64Begin(seed);
  xxh64Stripes(ptr, whole);
  return xxh64End(ptr + whole, len - whole);
}

/** Begins hashing several pieces. */
export function xxh64Begin(seed: u64): void {
  v1 = seed + P1 + P2;
  v2 = seed + P2;
  v3 = seed;
  v4 = seed - P1;
  start = seed;
  total = 0;
}

/** Hashes a piece whose length is a multiple of 32. */
export function xxh64Stripes(ptr: usize, len: usize): void {
  let a = v1, b = v2, c = v3, d = v4;
  const end = ptr + len;
  for (; ptr < end; ptr += 32) {
    a = round(a, load<u64>(ptr));
    b = round(b, load<u64>(ptr, 8));
    c = round(c, load<u64>(ptr, 16));
    d = round(d, load<u64>(ptr, 24));
  }
  v1 = a;
  v2 = b;
  v3 = c;
  v4 = d;
  total += len;
}

/** Hashes the last piece, shorter than 32 bytes, and returns the hash. */
export function xxh64End(ptr: usize, len: usize): u64 {
  let hash = (total > 0 ? converged() : start + P5) + total + len;
  const end = ptr + len;
  for (; ptr + 8 <= end; ptr += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(ptr)), 27) * P1 + P4;
  if (ptr + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(ptr) * P1), 23) * P2 + P3;
    ptr += 4;
  }
  for (; ptr < end; ptr++) hash = rotl<u64>(hash ^ (<u64>load<u8>(ptr) * P5), 11) * P1;
  return avalanche(hash);
}

// @ts-ignore: decorator
@inline
function round(accumulator: u64, lane: u64): u64 {
  return rotl<u64>(accumulator + lane * P2, 31) * P1;
}

function converged(): u64 {
  let hash = rotl<u64>(v1, 1) + rotl<u64>(v2, 7) + rotl<u64>(v3, 12) + rotl<u64>(v4, 18);
  hash = (hash ^ round(0, v1)) * P1 + P4;
  hash = (hash ^ round(0, v2)) * P1 + P4;
  hash = (hash ^ round(0, v3)) * P1 + P4;
  return (hash ^ round(0, v4)) * P1 + P4;
}

function avalanche(hash: u64): u64 {
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
