import { promisify } from "node:util";
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from "node:zlib";
import type { Compression } from "@baba/core/crypto";

/** Up to this many bytes the work takes less than a hop to the thread pool would be worth: some 1 ms. */
const SMALL = 16 * 1024;
const deflateInPool = promisify(deflateRaw);
const inflateInPool = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(inflateRaw);

/** Compression by `node:zlib`: small pieces at once, large ones in the runtime's thread pool. */
export const denoCompression: Compression = {
  deflate: (bytes) => (bytes.length <= SMALL ? deflateRawSync(bytes) : deflateInPool(bytes)),

  inflate(bytes, limit) {
    if (bytes.length > SMALL) return inflateInPool(bytes, { maxOutputLength: limit }).catch(() => undefined);
    try {
      // What is small may still become large: at once only as far as that takes no longer than a small piece.
      return inflateRawSync(bytes, { maxOutputLength: Math.min(limit, SMALL * 8) });
    } catch {
      return inflateInPool(bytes, { maxOutputLength: limit }).catch(() => undefined);
    }
  },
};
