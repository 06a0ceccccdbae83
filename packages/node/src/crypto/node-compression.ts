import * as zlib from "node:zlib";
import type { Compression } from "@baba/core";
import { nativeCompression } from "@baba/core/adapter";

/**
 * Compression by `node:zlib`: small pieces at once, large ones in the runtime's thread pool.
 *
 * @example
 * ```ts
 * import { nodeCompression } from "@baba/node/crypto";
 * const deflated = await nodeCompression.deflate(new Uint8Array(1000));
 * console.log((await nodeCompression.inflate(deflated, 1000))?.length); // 1000
 * console.log(await nodeCompression.inflate(deflated, 999)); // undefined
 * ```
 */
export const nodeCompression: Compression = nativeCompression(zlib);
