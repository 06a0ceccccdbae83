/**
 * BabaDB on Node.js and Bun: an asynchronous, file-per-record database for typed models.
 *
 * @module
 */
export * from "@baba/core";
export { BabaDB } from "./baba-db.ts";
export { nodeFileSystem } from "./file-system/index.ts";
export { openRecordFile, sealRecordFile } from "./record-file.ts";
export { nodeRuntime } from "./runtime.ts";
