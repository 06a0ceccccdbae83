import { xxh64 } from "../../codec/index.ts";
import { type JournalSeal, SEAL_TAG } from "./seal.ts";

/** Bytes of a segment's header: one disk sector. */
export const SEGMENT_HEADER = 512;
const MAGIC = "BABAJRNL";
const VERSION = 1;
const PROTECTION_AT = 12;
const PLAIN = 0;
const SEALED = 1;
const IDENTITY_AT = 106;
const CHECKSUM_AT = SEGMENT_HEADER - 8;
const TAG_AT = CHECKSUM_AT - SEAL_TAG;
const KEY_ID_AT = TAG_AT - 8;
const LONGEST_IDENTITY = KEY_ID_AT - IDENTITY_AT;
const TOKEN = /^[0-9a-f]{16}$/;
const utf8 = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The header of a journal segment, which only one process ever writes to. It pins how much of the predecessor
 * counts: anything that a paused writer appends there later is ignored.
 */
export type SegmentHeader = {
  /** Counts up from 1; the highest is the end of the journal. */
  readonly number: number;
  /** The newest commit that is not in this segment or a later one. */
  readonly base: number;
  /** Every commit up to this one is durable in the record files. */
  readonly checkpoint: number;
  /**
   * Commits up to this one were in place when the segment began; like a mark, no longer sure after a power
   * cut.
   */
  readonly placed: number;
  /** How many bytes of the predecessor count; 0 if there is none to read. */
  readonly previousLength: number;
  /** The chain checksum at that length. */
  readonly previousChain: bigint;
  /** The length of the whole file, which never changes; zeros follow the last frame. */
  readonly length: number;
  /** 16 random bytes, so that no older segment's frame can pass for one of this segment. */
  readonly salt: Uint8Array;
  /** The open storage that writes it: 16 hexadecimal digits. */
  readonly token: string;
  /** The writing process, for `FileSystem.lives`. */
  readonly identity: string;
  /** The key that the segment is sealed with; `undefined` in a plain one. */
  readonly keyId: number | undefined;
};

/** The start of a segment that was written, or read and verified: its frames continue from here. */
export type SegmentStart = {
  readonly header: SegmentHeader;
  /** The header's checksum, which seeds the checksums of frame headers and starts the chain. */
  readonly seed: bigint;
  /** `undefined` in a plain segment. */
  readonly seal: JournalSeal | undefined;
  /** The header's tag, which binds sealed frames to it; zeros in a plain segment. */
  readonly tag: Uint8Array;
};

/** Encodes a header in 512 bytes, the last eight being their XXH64. `seal` is that of its key. */
export function encodeSegmentHeader(header: SegmentHeader, seal?: JournalSeal): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER);
  const view = new DataView(bytes.buffer);
  const identity = utf8.encode(header.identity);
  if (identity.length > LONGEST_IDENTITY)
    throw new RangeError("A process identity is too long for a segment header");
  bytes.set(utf8.encode(MAGIC), 0);
  view.setUint32(8, VERSION);
  view.setBigUint64(16, BigInt(header.number));
  view.setBigUint64(24, BigInt(header.base));
  view.setBigUint64(32, BigInt(header.checkpoint));
  view.setBigUint64(40, BigInt(header.previousLength));
  view.setBigUint64(48, header.previousChain);
  view.setBigUint64(56, BigInt(header.length));
  bytes.set(header.salt, 64);
  bytes.set(utf8.encode(header.token), 80);
  view.setBigUint64(96, BigInt(header.placed));
  view.setUint16(104, identity.length);
  bytes.set(identity, IDENTITY_AT);
  if (seal !== undefined) {
    view.setUint32(PROTECTION_AT, SEALED);
    view.setUint32(KEY_ID_AT, seal.keyId);
    bytes.set(seal.tag(bytes.subarray(0, TAG_AT)), TAG_AT);
  }
  view.setBigUint64(CHECKSUM_AT, xxh64(bytes.subarray(0, CHECKSUM_AT), 0n));
  return bytes;
}

/** Decodes the header; `undefined` if it is malformed, `"newer"` if it is of a later version. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | "newer" | undefined {
  if (bytes.length < SEGMENT_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER);
  if (view.getBigUint64(CHECKSUM_AT) !== xxh64(bytes.subarray(0, CHECKSUM_AT), 0n)) return undefined;
  if (latin1.decode(bytes.subarray(0, 8)) !== MAGIC) return undefined;
  const version = view.getUint32(8);
  if (version !== VERSION) return version > VERSION ? "newer" : undefined;
  const protection = view.getUint32(PROTECTION_AT);
  if (protection !== PLAIN && protection !== SEALED) return "newer";
  const token = latin1.decode(bytes.subarray(80, 96));
  const identity = identityIn(bytes, view.getUint16(104));
  if (identity === undefined || !TOKEN.test(token)) return undefined;
  return {
    number: Number(view.getBigUint64(16)),
    base: Number(view.getBigUint64(24)),
    checkpoint: Number(view.getBigUint64(32)),
    placed: Number(view.getBigUint64(96)),
    previousLength: Number(view.getBigUint64(40)),
    previousChain: view.getBigUint64(48),
    length: Number(view.getBigUint64(56)),
    salt: bytes.slice(64, 80),
    token,
    identity,
    keyId: protection === SEALED ? view.getUint32(KEY_ID_AT) : undefined,
  };
}

/** The start of a segment with these first bytes. */
export function segmentStart(
  header: SegmentHeader,
  bytes: Uint8Array,
  seal: JournalSeal | undefined,
): SegmentStart {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER);
  return { header, seed: view.getBigUint64(CHECKSUM_AT), seal, tag: bytes.slice(TAG_AT, CHECKSUM_AT) };
}

/** Whether a header's tag is the seal's. */
export function isSealedBy(bytes: Uint8Array, seal: JournalSeal): boolean {
  return seal.verifyTag(bytes.subarray(0, TAG_AT), bytes.subarray(TAG_AT, CHECKSUM_AT));
}

/** `undefined` if it does not fit or is not UTF-8. */
function identityIn(bytes: Uint8Array, length: number): string | undefined {
  if (length > LONGEST_IDENTITY) return undefined;
  try {
    return strictUtf8.decode(bytes.subarray(IDENTITY_AT, IDENTITY_AT + length));
  } catch {
    return undefined;
  }
}
