import { xxh64 } from "../../codec/index.ts";
import type { SegmentStart } from "./segment.ts";

/** A disk writes a sector whole or not at all. */
const SECTOR = 512;
/** Bytes before a frame's body. */
export const FRAME_HEADER = 40;
/** Zeroing a frame's first bytes, this many, makes it invalid. */
export const FRAME_START = 8;
/** Bytes after a frame's body, the first eight of which are the chain. */
export const FRAME_TRAILER = 16;
const MAGIC = 0x42414246; // "BABF"
const HEADER_END = 0x48454144; // "HEAD"
const TRAILER_END = 0x424142414542410an; // "BABAEBA\n"
const ALIGNMENT = 8;

/** What a frame records: a commit, or that commits are synced and in place. */
export type FrameKind = "commit" | "mark";

const KINDS: readonly FrameKind[] = ["commit", "mark"];

/** One frame of a segment. */
export type Frame = {
  readonly kind: FrameKind;
  /** A commit's sequence; for a mark, every commit up to it is synced here and in place. */
  readonly sequence: number;
  /** Every commit up to this one was synced when the frame was written. */
  readonly synced: number;
  readonly body: Uint8Array;
};

/** A frame's bytes, and the chain checksum after it. */
export type EncodedFrame = { readonly bytes: Uint8Array; readonly chain: bigint };

/**
 * Encodes a frame: header (magic, kind, sequence, synced, body length, checksum of the header seeded with the
 * segment's `seed`, an end mark), body, zeros to a multiple of 8, the chain (XXH64 of all before, seeded with
 * the chain before it) and an end mark. No end mark's last byte is zero, so a write that stopped midway into
 * zeros is noticed.
 */
export function encodeFrame(frame: Frame, chain: bigint, seed: bigint): EncodedFrame {
  const bytes = new Uint8Array(frameSize(frame.body.length));
  return { bytes, chain: writeFrame(bytes, frame, chain, seed) };
}

/** Writes a frame over zeros of its exact length; returns the chain checksum after it. */
function writeFrame(bytes: Uint8Array, frame: Frame, chain: bigint, seed: bigint): bigint {
  const size = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  view.setUint32(0, MAGIC);
  view.setUint32(4, KINDS.indexOf(frame.kind));
  view.setBigUint64(8, BigInt(frame.sequence));
  view.setBigUint64(16, BigInt(frame.synced));
  view.setUint32(24, frame.body.length);
  view.setBigUint64(28, xxh64(bytes.subarray(0, 28), seed));
  view.setUint32(36, HEADER_END);
  bytes.set(frame.body, FRAME_HEADER);
  const next = xxh64(bytes.subarray(0, size - FRAME_TRAILER), chain);
  view.setBigUint64(size - 16, next);
  view.setBigUint64(size - 8, TRAILER_END);
  return next;
}

/** The size of a frame whose body has that many bytes; in a sealed segment, after sealing. */
export function frameSize(bodyLength: number): number {
  return FRAME_HEADER + Math.ceil(bodyLength / ALIGNMENT) * ALIGNMENT + FRAME_TRAILER;
}

/** Where a frame is: in which segment, and after what. */
export type FramePlace = Pick<SegmentStart, "seed" | "seal" | "tag"> & {
  readonly offset: number;
  readonly chain: bigint;
};

/** Encodes a frame for its place; in a sealed segment its body is sealed for this place only. */
export function encodeFrameAt(place: FramePlace, frame: Frame): EncodedFrame {
  return encodeFrame(framed(place, frame), place.chain, place.seed);
}

/**
 * The same, written over the zeros at the start of `room`; returns its size and the chain checksum after it.
 */
export function writeFrameAt(
  place: FramePlace,
  frame: Frame,
  room: Uint8Array,
): { readonly size: number; readonly chain: bigint } {
  const written = framed(place, frame);
  const size = frameSize(written.body.length);
  return { size, chain: writeFrame(room.subarray(0, size), written, place.chain, place.seed) };
}

function framed(place: FramePlace, frame: Frame): Frame {
  const body = place.seal?.sealBody(bound(place, frame), frame.body) ?? frame.body;
  return { ...frame, body };
}

/** The body of a frame that was parsed at its place; `undefined` if it was not sealed for that place. */
export function openFrame(place: FramePlace, frame: Frame): Uint8Array | undefined {
  return place.seal === undefined ? frame.body : place.seal.openBody(bound(place, frame), frame.body);
}

/**
 * What a sealed body is bound to: the segment's header tag, the offset, the frame's header, all frames
 * before.
 */
function bound({ tag, offset, chain }: FramePlace, { kind, sequence, synced }: Frame): Uint8Array {
  const bytes = new Uint8Array(tag.length + 36);
  const view = new DataView(bytes.buffer, tag.length);
  bytes.set(tag);
  view.setBigUint64(0, BigInt(offset));
  view.setUint32(8, KINDS.indexOf(kind));
  view.setBigUint64(12, BigInt(sequence));
  view.setBigUint64(20, BigInt(synced));
  view.setBigUint64(28, chain);
  return bytes;
}

/**
 * What is at an offset of a segment: a frame; the end of the log (zeros); a frame whose write never finished
 * (`torn`), which was therefore never committed; or a frame that was, and is damaged.
 */
export type ParsedFrame =
  | { readonly state: "frame"; readonly frame: Frame; readonly end: number; readonly chain: bigint }
  | { readonly state: "end" | "torn" | "damaged" };

/**
 * Parses the frame at an offset of a whole segment's bytes; its body is a view into them. `seed` is the
 * checksum of the segment's header, `chain` the chain checksum before the offset.
 */
export function parseFrame(segment: Uint8Array, offset: number, chain: bigint, seed: bigint): ParsedFrame {
  if (isZero(segment, offset, Math.min(offset + FRAME_HEADER, segment.length))) return { state: "end" };
  if (offset + FRAME_HEADER > segment.length) return { state: "damaged" };
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const kind = KINDS[view.getUint32(offset + 4)];
  if (!isHeader(segment, view, offset, seed) || kind === undefined) {
    return { state: isTorn(segment, offset, offset + FRAME_HEADER) ? "torn" : "damaged" };
  }
  const bodyLength = view.getUint32(offset + 24);
  const end = offset + frameSize(bodyLength);
  if (end > segment.length) return { state: "damaged" };
  const next = xxh64(segment.subarray(offset, end - FRAME_TRAILER), chain);
  if (view.getBigUint64(end - 16) !== next || view.getBigUint64(end - 8) !== TRAILER_END) {
    return { state: isTorn(segment, offset, end) ? "torn" : "damaged" };
  }
  const bodyEnd = offset + FRAME_HEADER + bodyLength;
  // Padding must be zero: with no free byte outside the body, the chain pins sealed frames too.
  if (!isZero(segment, bodyEnd, end - FRAME_TRAILER)) return { state: "damaged" };
  const body = segment.subarray(offset + FRAME_HEADER, bodyEnd);
  const sequence = Number(view.getBigUint64(offset + 8));
  const synced = Number(view.getBigUint64(offset + 16));
  return { state: "frame", frame: { kind, sequence, synced, body }, end, chain: next };
}

/**
 * Whether a later frame says that the commit was synced: then what is at the offset is not an unfinished
 * write but a committed frame that was lost.
 */
export function attestsSync(segment: Uint8Array, offset: number, sequence: number, seed: bigint): boolean {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  for (let at = offset; at + FRAME_HEADER <= segment.length; at += ALIGNMENT) {
    if (isHeader(segment, view, at, seed) && Number(view.getBigUint64(at + 16)) >= sequence) return true;
  }
  return false;
}

function isHeader(segment: Uint8Array, view: DataView, offset: number, seed: bigint): boolean {
  return (
    view.getUint32(offset) === MAGIC &&
    view.getUint32(offset + 36) === HEADER_END &&
    view.getBigUint64(offset + 28) === xxh64(segment.subarray(offset, offset + 28), seed)
  );
}

/**
 * Torn writes leave zeros at the end, or in all of the frame's bytes of a sector; undone ones, at the start.
 */
function isTorn(segment: Uint8Array, start: number, end: number): boolean {
  if (segment[end - 1] === 0 || isZero(segment, start, start + 4)) return true;
  for (let at = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR) + 1) * SECTOR);
    if (isZero(segment, at, next)) return true;
    at = next;
  }
  return false;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
