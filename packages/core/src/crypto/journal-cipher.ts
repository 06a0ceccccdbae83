import { type JournalSeal, SEAL_OVERHEAD } from "../storage/journal/seal.ts";
import { type Crypto, KEY_SIZE, TAG_SIZE } from "./crypto.ts";
import { XAES_NONCE_SIZE, Xaes } from "./xaes.ts";

const NO_INFO = new Uint8Array(0);
const ascii = new TextEncoder();

/** A data key and the id by which envelopes refer to it. */
export type NumberedKey = { readonly id: number; readonly key: Uint8Array };

/**
 * Seals the bodies of the journal's frames and authenticates the headers of its segments, which record what
 * is checkpointed, under keys that HKDF derives from a data key and the store's id.
 *
 * Bodies are sealed with XAES-256-GCM under a random nonce of 24 bytes, which is written before them: a nonce
 * derived from the position would be reused if a position is written twice after a crash. To prevent cutting,
 * moving and splicing, tagged bytes must contain the segment's number and salt, and `aad` the header's tag,
 * the offset, the frame's own header and the chain of all frames before it.
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
   * Derives the keys from a data key.
   *
   * @param data the data key, of 32 bytes
   * @param storeId 16 bytes: what another store wrote does not open, even under the same data key
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

  /** The body, or `undefined` unless {@link sealBody} sealed it with this `aad` and these keys. */
  openBody(aad: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (sealed.length < SEAL_OVERHEAD) return undefined;
    return this.#bodies.open(sealed.subarray(0, XAES_NONCE_SIZE), aad, sealed.subarray(XAES_NONCE_SIZE));
  }

  /**
   * A MAC of 16 bytes: HKDF-SHA256 with the key as its salt, that is HMAC-SHA256 of the bytes, expanded: a
   * pseudorandom function, without a nonce that could be reused.
   */
  tag(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#crypto.hkdf(bytes, this.#tagKey, NO_INFO, TAG_SIZE);
  }

  /** Checks the {@link tag} of these bytes, in constant time. */
  verifyTag(bytes: Uint8Array, tag: Uint8Array): boolean {
    return this.#crypto.equal(this.tag(bytes), tag);
  }

  /** Overwrites the keys; {@link sealBody} and {@link openBody} then throw, and old tags do not verify. */
  wipe(): void {
    this.#bodies.wipe();
    this.#crypto.random(KEY_SIZE).forEach((byte, i) => {
      this.#tagKey[i] = byte;
    });
  }
}
