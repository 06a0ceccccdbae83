import * as zlib from "node:zlib";
import type { Compression } from "@baba/core";
import { nativeCompression } from "@baba/core/adapter";

/** Compression by `node:zlib`: small pieces at once, large ones in the runtime's thread pool. */
export const denoCompression: Compression = nativeCompression(zlib);
