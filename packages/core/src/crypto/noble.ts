import { ecb, gcm } from "@noble/ciphers/aes.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { BLOCK_SIZE, type Crypto, GCM_NONCE_SIZE, KEY_SIZE, mustMeasure, TAG_SIZE } from "./crypto.ts";

/** How long scrypt runs before it yields to the event loop, in milliseconds. */
const SCRYPT_TURN = 3;
/** The most bytes that `getRandomValues` fills at once. */
const RANDOM_PIECE = 65_536;

/**
 * Cryptography in plain JavaScript (`@noble/ciphers`, `@noble/hashes`), for runtimes without synchronous
 * native cryptography; randomness is the platform's. Some ten times slower than native, and its table-based
 * AES is open to timing attacks by programs on the same processor.
 *
 * @example
 * ```ts
 * import { nobleCrypto } from "@baba/core/crypto";
 * const key = nobleCrypto.random(32);
 * const nonce = nobleCrypto.random(12);
 * const aad = new Uint8Array();
 * const sealed = nobleCrypto.seal(key, nonce, aad, new Uint8Array([1, 2, 3]));
 * console.log(nobleCrypto.open(key, nonce, aad, sealed)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export const nobleCrypto: Crypto = {
  seal(key, nonce, aad, plaintext) {
    mustMeasure(key, KEY_SIZE, "key");
    mustMeasure(nonce, GCM_NONCE_SIZE, "nonce");
    return gcm(key, nonce, aad).encrypt(plaintext);
  },

  open(key, nonce, aad, sealed) {
    mustMeasure(key, KEY_SIZE, "key");
    mustMeasure(nonce, GCM_NONCE_SIZE, "nonce");
    if (sealed.length < TAG_SIZE) return undefined;
    const cipher = gcm(key, nonce, aad);
    try {
      return cipher.decrypt(sealed);
    } catch {
      return undefined;
    }
  },

  encryptBlock(key, block) {
    mustMeasure(key, KEY_SIZE, "key");
    mustMeasure(block, BLOCK_SIZE, "block");
    return ecb(key, { disablePadding: true }).encrypt(block);
  },

  hkdf: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),

  scrypt: (password, salt, workFactor) =>
    scryptAsync(password, salt, { N: 2 ** workFactor, r: 8, p: 1, dkLen: KEY_SIZE, asyncTick: SCRYPT_TURN }),

  random(length) {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += RANDOM_PIECE) {
      globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_PIECE));
    }
    return bytes;
  },

  equal: (a, b) => equalBytes(a, b),
};
