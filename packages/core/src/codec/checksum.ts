import { requireBytes } from "../bytes.ts";
import { type Kernel, kernel } from "./kernel.ts";

/** How many bytes are hashed at once; they fill the raw region and most of the text region. */
export const AT_ONCE: number = 16 * 1024;

/**
 * XXH64 of bytes, an unsigned 64-bit number: detects damage, but not tampering. `seed` is taken modulo 2^64.
 * Source: the xxHash fast digest algorithm specification, XXH64.
 *
 * @throws TypeError if the first argument is not a Uint8Array, or the seed not a bigint
 * @throws `BABA_CODEC` if the runtime does not let WebAssembly start
 *
 * @example
 * ```ts
 * import { xxh64 } from "@baba/core";
 * console.log(xxh64(new Uint8Array(0), 0n).toString(16)); // ef46db3751d8e999
 * ```
 */
export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  requireBytes(bytes, "The first argument");
  return xxh64With(kernel(), bytes, seed);
}

/** {@link xxh64} with a given kernel. */
export function xxh64With(kernel: Kernel, bytes: Uint8Array, seed: bigint): bigint {
  const hash = bytes.length <= AT_ONCE ? short(kernel, bytes, seed) : long(kernel, bytes, seed);
  return BigInt.asUintN(64, hash);
}

function short({ exports, raw, heap }: Kernel, bytes: Uint8Array, seed: bigint): bigint {
  heap.set(bytes, raw);
  try {
    return exports.xxh64(raw, bytes.length, seed);
  } finally {
    // Also if the seed is no bigint.
    exports.wipe(raw, bytes.length);
  }
}

function long({ exports, raw, heap }: Kernel, bytes: Uint8Array, seed: bigint): bigint {
  exports.xxh64Begin(seed);
  let at = 0;
  while (bytes.length - at >= 32) {
    const left = bytes.length - at;
    const length = Math.min(AT_ONCE, left - (left % 32));
    heap.set(bytes.subarray(at, at + length), raw);
    exports.xxh64Stripes(raw, length);
    at += length;
  }
  heap.set(bytes.subarray(at), raw);
  const hash = exports.xxh64End(raw, bytes.length - at);
  exports.wipe(raw, AT_ONCE);
  return hash;
}
