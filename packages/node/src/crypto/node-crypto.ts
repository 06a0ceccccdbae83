import * as crypto from "node:crypto";
import type { Crypto } from "@baba/core";
import { nativeCrypto } from "@baba/core/adapter";

/**
 * Cryptography by `node:crypto`: OpenSSL in Node.js, BoringSSL in Bun. Synchronous except for scrypt, which
 * runs in the runtime's thread pool.
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "@baba/node/crypto";
 * const key = nodeCrypto.random(32);
 * const nonce = nodeCrypto.random(12);
 * const sealed = nodeCrypto.seal(key, nonce, new Uint8Array(), new Uint8Array([1, 2, 3]));
 * console.log(nodeCrypto.open(key, nonce, new Uint8Array(), sealed)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export const nodeCrypto: Crypto = nativeCrypto(crypto);
