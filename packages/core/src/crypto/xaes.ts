import { BabaError } from "../errors.ts";
import { BLOCK_SIZE, type Crypto, KEY_SIZE, mustMeasure } from "./crypto.ts";

/** Bytes of an XAES-256-GCM nonce. */
export const XAES_NONCE_SIZE = 24;
/** Bytes of the nonce that select the derived key; the rest is the nonce of AES-256-GCM. */
const KEY_PART = 12;
/** How many derived keys are cached: one for each commit whose records are being read. */
const MOST_DERIVED = 1024;

/**
 * XAES-256-GCM with one key: AES-256-GCM with nonces of 24 bytes, which may be random for up to 2^80
 * messages. A message's key depends only on the first 12 bytes of its nonce, so messages that share these
 * share the key derivation.
 *
 * @see https://c2sp.org/XAES-256-GCM
 */
export class Xaes {
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;
  /** K1 of the specification, from CMAC (NIST SP 800-38B). */
  readonly #subkey: Uint8Array;
  /** Keyed by the nonce's first part, least recently used first. */
  readonly #derived = new Map<string, Uint8Array>();
  /** The last used one, as the records of a commit are sealed, and mostly read, one after another. */
  #last: { readonly part: Uint8Array; readonly key: Uint8Array } | undefined;
  #wiped = false;

  /** @param key 32 bytes; copied */
  constructor(crypto: Crypto, key: Uint8Array) {
    mustMeasure(key, KEY_SIZE, "key");
    this.#crypto = crypto;
    this.#key = new Uint8Array(key);
    const half = crypto.encryptBlock(key, new Uint8Array(BLOCK_SIZE));
    this.#subkey = doubled(half);
    half.fill(0);
  }

  /** The ciphertext, then its 16-byte tag. */
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#crypto.seal(this.#keyOf(nonce), nonce.subarray(KEY_PART), aad, plaintext);
  }

  /** The plaintext, or `undefined` if nonce, `aad`, ciphertext or tag are not as {@link seal} made them. */
  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    return this.#crypto.open(this.#keyOf(nonce), nonce.subarray(KEY_PART), aad, sealed);
  }

  /** Overwrites the key and everything derived from it; later use is refused. */
  wipe(): void {
    this.#wiped = true;
    this.#key.fill(0);
    this.#subkey.fill(0);
    for (const key of this.#derived.values()) key.fill(0);
    this.#derived.clear();
    this.#last = undefined;
  }

  #keyOf(nonce: Uint8Array): Uint8Array {
    if (this.#wiped) throw keysWiped();
    mustMeasure(nonce, XAES_NONCE_SIZE, "nonce");
    if (this.#last !== undefined && beginsWith(nonce, this.#last.part)) return this.#last.key;
    // Not `slice()`: a Buffer's shares its bytes, which the caller may change.
    const part = new Uint8Array(nonce.subarray(0, KEY_PART));
    const key = this.#recall(part);
    this.#last = { part, key };
    return key;
  }

  #recall(part: Uint8Array): Uint8Array {
    const name = String.fromCharCode(...part);
    const key = this.#derived.get(name) ?? this.#derive(part);
    this.#derived.delete(name);
    this.#derived.set(name, key);
    if (this.#derived.size > MOST_DERIVED) this.#forgetOldest();
    return key;
  }

  /** The specification's steps 3 to 5: CMAC of two complete blocks. */
  #derive(part: Uint8Array): Uint8Array {
    const key = new Uint8Array(KEY_SIZE);
    for (const half of [0, 1]) {
      const block = new Uint8Array(BLOCK_SIZE);
      block.set([0, half + 1, "X".charCodeAt(0), 0]);
      block.set(part, BLOCK_SIZE - KEY_PART);
      for (let i = 0; i < BLOCK_SIZE; i++) block[i] = (block[i] ?? 0) ^ (this.#subkey[i] ?? 0);
      const encrypted = this.#crypto.encryptBlock(this.#key, block);
      key.set(encrypted, half * BLOCK_SIZE);
      // All else in it is known, so that the subkey could be computed from it.
      block.fill(0);
      encrypted.fill(0);
    }
    return key;
  }

  #forgetOldest(): void {
    for (const [name, key] of this.#derived) {
      key.fill(0);
      this.#derived.delete(name);
      return;
    }
  }
}

/** The error for keys that are gone. */
export function keysWiped(): BabaError {
  return new BabaError("BABA_CLOSED", "The keys were wiped when the database was closed: open it again.");
}

function beginsWith(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[i] !== part[i]) return false;
  return true;
}

/** Doubles a value in CMAC's field, in constant time. */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(BLOCK_SIZE);
  for (let i = 0; i < BLOCK_SIZE; i++) result[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  result[BLOCK_SIZE - 1] = (result[BLOCK_SIZE - 1] ?? 0) ^ (-((block[0] ?? 0) >> 7) & 0x87);
  return result;
}
