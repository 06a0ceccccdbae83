// The codec's kernel: base-3 text and XXH64 over caller-owned memory.
//
// Every function takes pointers into linear memory that its caller chose, at or above heapBase(), and
// made room for. Nothing here allocates, keeps a pointer, traps on bad input or imports anything.
// SIMD is used without a scalar twin: every runtime that can run this package has had it for years.

/** Where the caller's memory begins: below are the tables and the generator's state. */
export function heapBase(): usize {
  return __heap_base;
}

/** Zeroes `len` bytes at `ptr`, and up to 15 more: callers wipe what held plain bytes. */
export function wipe(ptr: usize, len: usize): void {
  // Engines call out of WASM for a memory.fill, which costs more than wiping a small record.
  for (const end = ptr + len; ptr < end; ptr += 16) v128.store(ptr, i8x16.splat(0));
}

export { seed } from "./filler";
export { encode } from "./encode";
export { decode, position } from "./decode";
export { xxh64, xxh64Begin, xxh64Stripes, xxh64End } from "./xxh64";
