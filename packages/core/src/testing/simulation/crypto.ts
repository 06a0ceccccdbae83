import { xxh64 } from "../../codec/index.ts";
import type { Compression } from "../../crypto/compression.ts";
import { type Crypto, TAG_SIZE } from "../../crypto/crypto.ts";
import { SeededRandom } from "./random.ts";

/** Bytes of the mask that is repeatedly applied to a plaintext. */
const MASK_SIZE = 32;

/**
 * Cryptography that protects nothing, for simulations: fast, and determined by its seed. It has in common
 * with the real one what the commit protocol can see: sizes, nonces that must be stored, and that nothing
 * opens after a change.
 */
export function simulatedCrypto(random: SeededRandom): Crypto {
  return {
    seal(key, nonce, aad, plaintext) {
      const sealed = new Uint8Array(plaintext.length + TAG_SIZE);
      sealed.set(masked(plaintext, digest(MASK_SIZE, key, nonce)));
      sealed.set(tagOf(key, nonce, aad, plaintext), plaintext.length);
      return sealed;
    },
    open(key, nonce, aad, sealed) {
      const end = sealed.length - TAG_SIZE;
      if (end < 0) return undefined;
      const plaintext = masked(sealed.subarray(0, end), digest(MASK_SIZE, key, nonce));
      const fits = equal(tagOf(key, nonce, aad, plaintext), sealed.subarray(end));
      return fits ? plaintext : undefined;
    },
    encryptBlock: (key, block) => digest(16, key, block),
    hkdf: (secret, salt, info, length) => digest(length, secret, salt, info),
    scrypt: async (password, salt, workFactor) => digest(32, password, salt, new Uint8Array([workFactor])),
    random: (length) => new Uint8Array(random.fill(new Uint8Array(length))),
    equal,
  };
}

/** Compresses nothing, so that records are sealed as they are. */
export const noCompression: Compression = {
  deflate: (bytes) => bytes,
  inflate: () => undefined,
};

function tagOf(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return digest(TAG_SIZE, key, nonce, aad, plaintext);
}

/** Pseudo-random bytes, each of which depends on all parts and on where each part ends. */
function digest(length: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = parts.reduce((seed, part) => xxh64(part, seed + BigInt(part.length)), 0n);
  return new Uint8Array(new SeededRandom(Number(hash >> 11n)).fill(new Uint8Array(length)));
}

function masked(bytes: Uint8Array, mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes);
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) ^ (mask[i % mask.length] ?? 0);
  return result;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
