/**
 * The port for compression: raw deflate (RFC 1951). Returns a promise only if the work would block the event
 * loop, so that small records need no asynchronous hop.
 */
export interface Compression {
  /** The deflated bytes. */
  deflate(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;

  /**
   * The inflated bytes; `undefined` if the input is not deflated data or would exceed `limit` bytes (at least
   * 1) when inflated. Never holds much more than `limit` bytes in memory.
   */
  inflate(bytes: Uint8Array, limit: number): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/**
 * Compression with the web's standard streams, which every runtime has. Setting up a stream takes some 0.3
 * ms, many times what a small record takes natively. Deno's stream (2.9) takes data that was cut short for
 * whole, so that `inflate` gives what is there: what seals authenticates its deflated bytes before they are
 * inflated, and adapters for Deno have `node:zlib`.
 *
 * @example
 * ```ts
 * import { webCompression } from "@baba/core/crypto";
 * const deflated = await webCompression.deflate(new Uint8Array(1000));
 * console.log((await webCompression.inflate(deflated, 1000))?.length); // 1000
 * console.log(await webCompression.inflate(deflated, 999)); // undefined
 * ```
 */
export const webCompression: Compression = {
  async deflate(bytes) {
    const deflated = await collect(new CompressionStream("deflate-raw"), bytes, Number.POSITIVE_INFINITY);
    if (deflated === undefined) throw new RangeError("Bytes without a limit are never too many");
    return deflated;
  },

  async inflate(bytes, limit) {
    try {
      return await collect(new DecompressionStream("deflate-raw"), bytes, limit);
    } catch {
      return undefined;
    }
  },
};

/** The stream's whole output for these bytes; `undefined` if it exceeds the limit. */
async function collect(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array | undefined> {
  const writer = stream.writable.getWriter();
  // An error of the input also appears at the output, where it is handled.
  const written = Promise.allSettled([writer.write(bytes.slice()), writer.close()]);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  await written;
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
