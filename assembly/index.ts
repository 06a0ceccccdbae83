// The codec's kernel: base-3 text and XXH64 over caller-owned memory.
//
// Functions take pointers into linear memory that the caller chose, at or above heapBase(), with enough room.
// Nothing here allocates, keeps a pointer, traps on bad input or imports anything. There is no scalar
// alternative to SIMD: every runtime that can run this package has had it for years.

/** Where the caller's memory begins, after the tables and the generator's state. */
export function heapBase(): usize {
  return __heap_base;
}

/** Zeroes `len` bytes at `ptr`, and up to 15 more, for callers to wipe plain bytes. */
export function wipe(ptr: usize, len: usize): void {
  // For a memory.fill, engines call out of WASM, which costs more than wiping a small record.
  for (const end = ptr + len; ptr < end; ptr += 16) v128.store(ptr, i8x16.splat(0));
}

export { seed } from "./filler";
export { encode } from "./encode";
export { decode, position } from "./decode";
export { xxh64, xxh64Begin, xxh64Stripes, xxh64End } from "./xxh64";
