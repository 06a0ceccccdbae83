/**
 * The port for cryptography: what a runtime does natively, and {@link nobleCrypto} in plain JavaScript.
 *
 * Bytes in, bytes out. Results are new arrays that the caller owns; arguments are neither kept nor
 * changed, and may be views into larger buffers. A key, nonce or block of another length than said is a
 * `RangeError`: a mistake of the caller's, never of the data's. No error quotes an argument.
 */
export interface Crypto {
  /**
   * AES-256-GCM (NIST SP 800-38D): the ciphertext, then its 16-byte tag.
   *
   * @param key 32 bytes
   * @param nonce 12 bytes, never used twice with one key
   */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer>;

  /**
   * The plaintext of what {@link seal} gave for the same key, nonce and `aad`; `undefined` for anything
   * else. The tag counts with all its 16 bytes, and no plaintext is given out before it was verified.
   */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array<ArrayBuffer> | undefined;

  /**
   * One block under AES-256 (FIPS 197), for the key derivation of XAES-256-GCM alone.
   *
   * @param key 32 bytes
   * @param block 16 bytes
   */
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer>;

  /** HKDF-SHA256 (RFC 5869), extract and expand, `length` bytes of at most 8,160; any argument may be empty. */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array<ArrayBuffer>;

  /**
   * scrypt (RFC 7914) with N = 2^`workFactor`, r = 8, p = 1: 32 bytes. Takes 2^(`workFactor` + 10) bytes
   * of memory. Never holds the event loop for more than a few milliseconds at once.
   */
  scrypt(password: Uint8Array, salt: Uint8Array, workFactor: number): Promise<Uint8Array<ArrayBuffer>>;

  /** That many bytes from a cryptographically secure source. */
  random(length: number): Uint8Array<ArrayBuffer>;

  /** Whether both are the same bytes; for equal lengths, in a time that does not depend on where they differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** Bytes of an AES-256 key. */
export const KEY_SIZE = 32;
/** Bytes of a GCM nonce. */
export const GCM_NONCE_SIZE = 12;
/** Bytes of a tag. */
export const TAG_SIZE = 16;
/** Bytes of an AES block. */
export const BLOCK_SIZE = 16;

/** Throws a `RangeError` where the bytes are not `size` long; names `what`, never its content. */
export function mustMeasure(bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size)
    throw new RangeError(`A ${what} must be ${size} bytes long, not ${bytes.length}`);
}
