import type { Compression } from "./compression.ts";

/** The functions of `node:zlib` that {@link nativeCompression} calls; Node.js, Bun and Deno have them. */
export type NativeCompressionFunctions = {
  deflateRaw(bytes: Uint8Array, done: Done): void;
  deflateRawSync(bytes: Uint8Array): Uint8Array;
  inflateRaw(bytes: Uint8Array, options: Limit, done: Done): void;
  inflateRawSync(bytes: Uint8Array, options: Limit): Uint8Array;
};

type Limit = { maxOutputLength: number };
type Done = (error: Error | null | undefined, bytes: Uint8Array) => void;

/** Up to this many bytes, some 1 ms of work, a hop to the thread pool does not pay. */
const SMALL = 16 * 1024;

/**
 * Compression with a runtime's `node:zlib`: synchronous for small inputs, in its thread pool for large ones.
 *
 * @example
 * ```ts
 * import { nativeCompression } from "@baba/core/adapter";
 * import * as functions from "node:zlib";
 * const { deflate, inflate } = nativeCompression(functions);
 * const deflated = await deflate(new Uint8Array(1000));
 * console.log((await inflate(deflated, 1000))?.length); // 1000
 * ```
 */
export function nativeCompression(functions: NativeCompressionFunctions): Compression {
  const { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } = functions;
  const inflateInPool = (bytes: Uint8Array, maxOutputLength: number): Promise<Uint8Array | undefined> =>
    pooled((done) => inflateRaw(bytes, { maxOutputLength }, done)).catch(() => undefined);
  return {
    deflate: (bytes) =>
      bytes.length <= SMALL ? deflateRawSync(bytes) : pooled((done) => deflateRaw(bytes, done)),

    inflate(bytes, limit) {
      if (bytes.length > SMALL) return inflateInPool(bytes, limit);
      try {
        // A small input may inflate to a large output: stay synchronous only within a limit.
        return inflateRawSync(bytes, { maxOutputLength: Math.min(limit, SMALL * 8) });
      } catch {
        return inflateInPool(bytes, limit);
      }
    },
  };
}

function pooled(work: (done: Done) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    work((error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}
