import { type JournalSeal, SEAL_OVERHEAD } from "../storage/journal/seal.ts";
import { type Crypto, KEY_SIZE, TAG_SIZE } from "./crypto.ts";
import { XAES_NONCE_SIZE, Xaes } from "./xaes.ts";

const NO_INFO = new Uint8Array(0);
const ascii = new TextEncoder();

/** A data key, by the number that envelopes name it with. */
export type NumberedKey = { readonly id: number; readonly key: Uint8Array };

/**
 * Seals the bodies of the journal's frames, and authenticates the headers of its segments, which say what is
 * checkpointed, under keys that HKDF derives from a data key and the store's id.
 *
 * A body is sealed by XAES-256-GCM under 24 bytes drawn at random each time and written before it: were they
 * counted from a place, a place written twice after a crash would repeat one. What `aad` and tagged bytes must hold,
 * so that nothing can be cut, moved or spliced, is the place: the segment's number and salt, the offset, the
 * sequence, and the tag before it.
 *
 * @example
 * ```ts
 * import { JournalCipher, nobleCrypto } from "@baba/core/crypto";
 * const data = { id: 7, key: nobleCrypto.random(32) };
 * const cipher = new JournalCipher(nobleCrypto, data, nobleCrypto.random(16));
 * const place = new TextEncoder().encode("segment 1, offset 128");
 * const sealed = cipher.sealBody(place, new Uint8Array([1, 2, 3]));
 * console.log(cipher.openBody(place, sealed)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export class JournalCipher implements JournalSeal {
  readonly keyId: number;
  readonly #crypto: Crypto;
  readonly #bodies: Xaes;
  readonly #tagKey: Uint8Array;

  /**
   * Seals and opens under keys that are derived from a data key.
   *
   * @param data the data key, of 32 bytes
   * @param storeId 16 bytes: what another store wrote fails, even under the same data key
   */
  constructor(crypto: Crypto, data: NumberedKey, storeId: Uint8Array) {
    const bodyKey = crypto.hkdf(data.key, storeId, ascii.encode("baba/1 journal"), KEY_SIZE);
    this.keyId = data.id;
    this.#crypto = crypto;
    this.#bodies = new Xaes(crypto, bodyKey);
    this.#tagKey = crypto.hkdf(data.key, storeId, ascii.encode("baba/1 checkpoint"), KEY_SIZE);
    bodyKey.fill(0);
  }

  /** Nonce (24), ciphertext, tag (16). */
  sealBody(aad: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
    const nonce = this.#crypto.random(XAES_NONCE_SIZE);
    const ciphertext = this.#bodies.seal(nonce, aad, body);
    const sealed = new Uint8Array(nonce.length + ciphertext.length);
    sealed.set(nonce);
    sealed.set(ciphertext, nonce.length);
    return sealed;
  }

  /** The body, or `undefined` where it was not sealed by {@link sealBody} with this `aad` under these keys. */
  openBody(aad: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (sealed.length < SEAL_OVERHEAD) return undefined;
    return this.#bodies.open(sealed.subarray(0, XAES_NONCE_SIZE), aad, sealed.subarray(XAES_NONCE_SIZE));
  }

  /**
   * 16 bytes that only who has the keys can make for these bytes. HKDF-SHA256 with the key as its salt, which is
   * HMAC-SHA256 of the bytes and an expansion of it: a pseudorandom function, without a nonce to repeat.
   */
  tag(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#crypto.hkdf(bytes, this.#tagKey, NO_INFO, TAG_SIZE);
  }

  /** Whether `tag` is that of these bytes. */
  verifyTag(bytes: Uint8Array, tag: Uint8Array): boolean {
    return this.#crypto.equal(this.tag(bytes), tag);
  }

  /** Overwrites the keys; every later use of {@link sealBody} and {@link openBody} is refused, and tags fit no others. */
  wipe(): void {
    this.#bodies.wipe();
    this.#crypto.random(KEY_SIZE).forEach((byte, i) => {
      this.#tagKey[i] = byte;
    });
  }
}
