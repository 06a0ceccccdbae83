/**
 * The adapters for cryptography and compression that `@baba/deno` uses.
 *
 * @module
 */
export { denoCompression } from "./deno-compression.ts";
export { denoCrypto } from "./deno-crypto.ts";
