import * as zlib from "node:zlib";
import { type Compression, nativeCompression } from "@baba/core/crypto";

/** Compression by `node:zlib`: small pieces at once, large ones in the runtime's thread pool. */
export const denoCompression: Compression = nativeCompression(zlib);
