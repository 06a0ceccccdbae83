/** Bytes that sealing adds to a body. */
export const SEAL_OVERHEAD = 40;
/** Bytes of a tag. */
export const SEAL_TAG = 16;

/**
 * Keeps anyone without the key from reading, changing, extending or moving a segment. Frame bodies are
 * sealed, and the header is tagged.
 */
export interface JournalSeal {
  /** Identifies its key; written into the header. */
  readonly keyId: number;

  /** A 16-byte tag of these bytes that only a holder of the key can compute. */
  tag(bytes: Uint8Array): Uint8Array;

  /** Whether this is the tag of these bytes. */
  verifyTag(bytes: Uint8Array, tag: Uint8Array): boolean;

  /**
   * Seals a body, adding {@link SEAL_OVERHEAD} bytes; never twice the same. `place` is authenticated, not
   * stored.
   */
  sealBody(place: Uint8Array, body: Uint8Array): Uint8Array;

  /** The body; `undefined` if it was not sealed with this key for this place. */
  openBody(place: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** The seals of a store's journal. */
export interface JournalSeals {
  /** Seals new segments; `undefined` if they are plain. */
  readonly journal: JournalSeal | undefined;

  /**
   * The seal of a segment; `undefined` if it is plain and may be.
   *
   * @param keyId from its header; `undefined` in a plain one
   * @param segment its path, for errors
   * @throws `BABA_SEALED`, `BABA_NOT_SEALED`, `BABA_KEY_UNKNOWN`, `BABA_KEY_WRONG`, `BABA_KEYRING`
   */
  findSeal(keyId: number | undefined, segment: string): Promise<JournalSeal | undefined>;
}
