/**
 * BabaDB on Deno: an asynchronous, file-per-record database for typed models.
 *
 * @module
 */
export * from "@baba/core";
export { BabaDB } from "./baba-db.ts";
export { denoFileSystem } from "./file-system/index.ts";
export { openRecordFile, sealRecordFile } from "./record-file.ts";
export { denoRuntime } from "./runtime.ts";
