import * as crypto from "node:crypto";
import type { Crypto } from "@baba/core";
import { nativeCrypto } from "@baba/core/adapter";

/**
 * Cryptography by the `node:crypto` that is built into Deno. Synchronous except for scrypt, which runs in the
 * runtime's thread pool.
 *
 * @example
 * ```ts
 * import { denoCrypto } from "@baba/deno/crypto";
 * const key = denoCrypto.random(32);
 * const nonce = denoCrypto.random(12);
 * const sealed = denoCrypto.seal(key, nonce, new Uint8Array(), new Uint8Array([1, 2, 3]));
 * console.log(denoCrypto.open(key, nonce, new Uint8Array(), sealed)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export const denoCrypto: Crypto = nativeCrypto(crypto);
