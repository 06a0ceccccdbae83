/**
 * The port for cryptography, implemented natively by runtimes and in plain JavaScript by {@link nobleCrypto}.
 *
 * Results are new arrays that the caller owns; arguments are neither kept nor changed, and may be views of
 * larger buffers. A key, nonce or block of the wrong length is a `RangeError`, as that is the caller's
 * mistake and never due to the data. No error quotes an argument.
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
   * The plaintext of the result of {@link seal} for the same key, nonce and `aad`; `undefined` for anything
   * else. All 16 bytes of the tag are checked, and no plaintext is released before it is verified.
   */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Encrypts one block with AES-256 (FIPS 197), only for the key derivation of XAES-256-GCM.
   *
   * @param key 32 bytes
   * @param block 16 bytes
   */
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer>;

  /** HKDF-SHA256 (RFC 5869), extract and expand: `length` bytes, at most 8,160; any argument may be empty. */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array<ArrayBuffer>;

  /**
   * scrypt (RFC 7914) with N = 2^`workFactor`, r = 8, p = 1: 32 bytes. Takes 2^(`workFactor` + 10) bytes of
   * memory. Never blocks the event loop for more than a few milliseconds.
   */
  scrypt(password: Uint8Array, salt: Uint8Array, workFactor: number): Promise<Uint8Array<ArrayBuffer>>;

  /** This many bytes from a cryptographically secure source. */
  random(length: number): Uint8Array<ArrayBuffer>;

  /** Compares bytes; for equal lengths, in a time that does not depend on where they differ. */
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

/** Throws a `RangeError` unless the bytes have length `size`; names `what`, never its content. */
export function mustMeasure(bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size)
    throw new RangeError(`A ${what} must be ${size} bytes long, not ${bytes.length}`);
}
