import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomFillSync,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import type { Crypto } from "@baba/core/crypto";

const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;
const BLOCK_SIZE = 16;
const GCM = "aes-256-gcm";
/** Node accepts tags of 4 bytes too, unless it is told what to expect. */
const FULL_TAG = { authTagLength: TAG_SIZE };

/**
 * Cryptography by `node:crypto`: OpenSSL in Node.js, BoringSSL in Bun. Synchronous but for scrypt, which runs
 * in the runtime's thread pool.
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
export const nodeCrypto: Crypto = {
  seal(key, nonce, aad, plaintext) {
    mustMeasure(nonce, NONCE_SIZE, "nonce");
    mustMeasure(key, KEY_SIZE, "key");
    const cipher = createCipheriv(GCM, key, nonce, FULL_TAG);
    cipher.setAAD(aad);
    const sealed = new Uint8Array(plaintext.length + TAG_SIZE);
    sealed.set(cipher.update(plaintext));
    // It gives no bytes, but without it there is no tag.
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },

  open(key, nonce, aad, sealed) {
    mustMeasure(nonce, NONCE_SIZE, "nonce");
    mustMeasure(key, KEY_SIZE, "key");
    const end = sealed.length - TAG_SIZE;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(GCM, key, nonce, FULL_TAG);
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = new Uint8Array(decipher.update(sealed.subarray(0, end)));
    try {
      decipher.final();
      return plaintext;
    } catch {
      plaintext.fill(0);
      return undefined;
    }
  },

  encryptBlock(key, block) {
    mustMeasure(key, KEY_SIZE, "key");
    mustMeasure(block, BLOCK_SIZE, "block");
    return new Uint8Array(createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(block));
  },

  hkdf: (secret, salt, info, length) => new Uint8Array(hkdfSync("sha256", secret, salt, info, length)),

  scrypt: (password, salt, workFactor) =>
    new Promise((resolve, reject) => {
      const N = 2 ** workFactor;
      // OpenSSL counts a little more than the 128 N r bytes of the algorithm.
      scrypt(password, salt, KEY_SIZE, { N, r: 8, p: 1, maxmem: 1024 * N + 2 ** 20 }, (error, derived) => {
        // Success is null in Node.js, and undefined in Bun.
        if (error) reject(error);
        else resolve(new Uint8Array(derived));
      });
    }),

  random: (length) => randomFillSync(new Uint8Array(length)),

  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

function mustMeasure(bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size)
    throw new RangeError(`A ${what} must be ${size} bytes long, not ${bytes.length}`);
}
