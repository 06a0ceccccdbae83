/** Bytes of a sealed body beyond the body. */
export const SEAL_OVERHEAD = 40;
/** Bytes of a tag. */
export const SEAL_TAG = 16;

/**
 * What keeps a segment from being read, changed, added to or moved by whoever has no key. The bodies of
 * frames are sealed, and the header is tagged.
 */
export interface JournalSeal {
  /** Which key it is of; written into the header. */
  readonly keyId: number;

  /** 16 bytes that only who has the key can make for these. */
  tag(bytes: Uint8Array): Uint8Array;

  /** Whether it is the tag of these bytes. */
  verifyTag(bytes: Uint8Array, tag: Uint8Array): boolean;

  /** The body sealed, {@link SEAL_OVERHEAD} bytes longer; never twice the same. `place` is not in it and counts. */
  sealBody(place: Uint8Array, body: Uint8Array): Uint8Array;

  /** The body; `undefined` where it was not sealed with this key for this place. */
  openBody(place: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** The seals of a store's journal. */
export interface JournalSeals {
  /** What new segments are sealed with; `undefined`: they are plain. */
  readonly journal: JournalSeal | undefined;

  /**
   * The seal of a segment; `undefined` where it is plain, and may be.
   *
   * @param keyId what its header names; `undefined` in a plain one
   * @param segment its path, for errors
   * @throws `BABA_SEALED`, `BABA_NOT_SEALED`, `BABA_KEY_UNKNOWN`, `BABA_KEY_WRONG`, `BABA_KEYRING`
   */
  findSeal(keyId: number | undefined, segment: string): Promise<JournalSeal | undefined>;
}
