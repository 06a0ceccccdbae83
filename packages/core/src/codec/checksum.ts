import { type Kernel, kernel, PIECE } from "./kernel.ts";

/**
 * XXH64 of bytes, an unsigned 64-bit number: it finds damage and is no defence against an adversary. `seed` counts modulo 2^64.
 * Source: the xxHash fast digest algorithm specification, XXH64.
 *
 * @throws BabaError `BABA_CODEC` where the runtime has no memory left.
 *
 * @example
 * ```ts
 * import { xxh64 } from "@baba/core";
 * console.log(xxh64(new Uint8Array(0), 0n).toString(16)); // ef46db3751d8e999
 * ```
 */
export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  return xxh64With(kernel(), bytes, seed);
}

/** {@link xxh64} through a given kernel. */
export function xxh64With(kernel: Kernel, bytes: Uint8Array, seed: bigint): bigint {
  const { exports, raw } = kernel;
  kernel.reserve(Math.min(bytes.length, PIECE));
  exports.xxh64Begin(seed);
  let at = 0;
  while (bytes.length - at >= 32) {
    const length = Math.min(PIECE, (bytes.length - at) & ~31);
    kernel.heap.set(bytes.subarray(at, at + length), raw);
    exports.xxh64Stripes(raw, length);
    at += length;
  }
  kernel.heap.set(bytes.subarray(at), raw);
  const hash = exports.xxh64End(raw, bytes.length - at);
  exports.wipe(raw, Math.min(bytes.length, PIECE));
  return BigInt.asUintN(64, hash);
}
