import { Arena } from "../arena.ts";
import { BLOCK_SIZE, type Crypto, GCM_NONCE_SIZE, KEY_SIZE, mustMeasure, TAG_SIZE } from "./crypto.ts";

/** The functions of `node:crypto` that {@link nativeCrypto} calls; Node.js, Bun and Deno have them. */
export type NativeCryptoFunctions = {
  createCipheriv: {
    (algorithm: "aes-256-gcm", key: Uint8Array, nonce: Uint8Array, options: TagLength): GcmCipher;
    (algorithm: "aes-256-ecb", key: Uint8Array, nonce: null): BlockCipher;
  };
  createDecipheriv(
    algorithm: "aes-256-gcm",
    key: Uint8Array,
    nonce: Uint8Array,
    options: TagLength,
  ): GcmDecipher;
  hkdfSync(
    digest: "sha256",
    secret: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    length: number,
  ): ArrayBuffer;
  randomFillSync(bytes: Uint8Array<ArrayBuffer>): unknown;
  scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem: number },
    done: (error: Error | null | undefined, derived: Uint8Array) => void,
  ): void;
  timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
};

type TagLength = { authTagLength: number };
type Update = { update(bytes: Uint8Array): Uint8Array };
type BlockCipher = { setAutoPadding(padding: boolean): Update };
type GcmCipher = Update & { setAAD(aad: Uint8Array): unknown; final(): unknown; getAuthTag(): Uint8Array };
type GcmDecipher = Update & {
  setAAD(aad: Uint8Array): unknown;
  setAuthTag(tag: Uint8Array): unknown;
  final(): unknown;
};

const GCM = "aes-256-gcm";
/** Without this, `node:crypto` also accepts tags of 4 bytes. */
const FULL_TAG = { authTagLength: TAG_SIZE };

/**
 * Cryptography with a runtime's `node:crypto`: OpenSSL in Node.js, BoringSSL in Bun, Deno's own in Deno.
 * Synchronous, except for scrypt, which runs in the runtime's thread pool.
 *
 * @example
 * ```ts
 * import { nativeCrypto } from "@baba/core/adapter";
 * import * as functions from "node:crypto";
 * const crypto = nativeCrypto(functions);
 * const [key, nonce, aad] = [crypto.random(32), crypto.random(12), new Uint8Array()];
 * const sealed = crypto.seal(key, nonce, aad, new Uint8Array([1, 2, 3]));
 * console.log(crypto.open(key, nonce, aad, sealed)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export function nativeCrypto(functions: NativeCryptoFunctions): Crypto {
  // Looked up once: records are sealed one by one, and a module's functions never change.
  const { createCipheriv, createDecipheriv, hkdfSync, randomFillSync, scrypt, timingSafeEqual } = functions;
  return {
    seal: sealBy(createCipheriv),
    open: openBy(createDecipheriv),
    encryptBlock: encryptBlockBy(createCipheriv),
    hkdf: (secret, salt, info, length) => new Uint8Array(hkdfSync("sha256", secret, salt, info, length)),
    scrypt: scryptBy(scrypt),
    random(length) {
      const bytes = new Uint8Array(length);
      randomFillSync(bytes);
      return bytes;
    },
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}

function sealBy(createCipheriv: NativeCryptoFunctions["createCipheriv"]): Crypto["seal"] {
  const arena = new Arena();
  return (key, nonce, aad, plaintext) => {
    mustFit(key, nonce);
    const cipher = createCipheriv(GCM, key, nonce, FULL_TAG);
    cipher.setAAD(aad);
    const sealed = arena.take(plaintext.length + TAG_SIZE);
    sealed.set(cipher.update(plaintext));
    // Returns no bytes, but computes the tag.
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  };
}

function openBy(createDecipheriv: NativeCryptoFunctions["createDecipheriv"]): Crypto["open"] {
  return (key, nonce, aad, sealed) => {
    mustFit(key, nonce);
    const end = sealed.length - TAG_SIZE;
    if (end < 0) return undefined;
    const decipher = createDecipheriv(GCM, key, nonce, FULL_TAG);
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      plaintext.fill(0);
      return undefined;
    }
    return new Uint8Array(plaintext);
  };
}

function encryptBlockBy(createCipheriv: NativeCryptoFunctions["createCipheriv"]): Crypto["encryptBlock"] {
  return (key, block) => {
    mustMeasure(key, KEY_SIZE, "key");
    mustMeasure(block, BLOCK_SIZE, "block");
    return new Uint8Array(createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(block));
  };
}

function scryptBy(scrypt: NativeCryptoFunctions["scrypt"]): Crypto["scrypt"] {
  return (password, salt, workFactor) =>
    new Promise((resolve, reject) => {
      const N = 2 ** workFactor;
      // OpenSSL needs a little more than the algorithm's 128 N r bytes.
      scrypt(password, salt, KEY_SIZE, { N, r: 8, p: 1, maxmem: 1024 * N + 2 ** 20 }, (error, derived) => {
        // No error is null in Node.js and Deno, and undefined in Bun.
        if (error) reject(error);
        else resolve(new Uint8Array(derived));
      });
    });
}

function mustFit(key: Uint8Array, nonce: Uint8Array): void {
  mustMeasure(nonce, GCM_NONCE_SIZE, "nonce");
  mustMeasure(key, KEY_SIZE, "key");
}
