import { mix } from "./random.ts";

/** The bytes of one file at one moment. Immutable, so that any number of disk images can share it. */
export class Content {
  static readonly empty: Content = new Content(new Uint8Array());
  /** Must not be changed. */
  readonly bytes: Uint8Array;
  #hash: number | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A 32-bit hash of the bytes and their number, computed once. */
  get hash(): number {
    this.#hash ??= hashOf(this.bytes);
    return this.#hash;
  }
}

/** A range of bytes that was written to a file. */
export type Write = { readonly offset: number; readonly bytes: Uint8Array };

/** The base with the writes applied in order; gaps are zeros. At least `length` bytes. */
export function overlay(base: Uint8Array, writes: readonly Write[], length: number = 0): Uint8Array {
  let end = Math.max(base.length, length);
  for (const write of writes) end = Math.max(end, endOf(write));
  const bytes = new Uint8Array(end);
  bytes.set(base);
  for (const write of writes) bytes.set(write.bytes, write.bytes.length > 0 ? write.offset : 0);
  return bytes;
}

/** The minimum length of the file after the write; an empty write extends nothing. */
export function endOf(write: Write): number {
  return write.bytes.length === 0 ? 0 : write.offset + write.bytes.length;
}

/** The parts of a write that none of the others covers. */
export function uncovered(write: Write, others: readonly Write[]): Write[] {
  let parts: Write[] = [write];
  for (const other of others) parts = parts.flatMap((part) => without(part, other.offset, endOf(other)));
  return parts.filter((part) => part.bytes.length > 0);
}

function without(part: Write, start: number, end: number): Write[] {
  const partEnd = endOf(part);
  if (end <= part.offset || start >= partEnd) return [part];
  const before = { offset: part.offset, bytes: part.bytes.subarray(0, Math.max(0, start - part.offset)) };
  const from = Math.min(end, partEnd);
  return [before, { offset: from, bytes: part.bytes.subarray(from - part.offset) }];
}

/** Four bytes at a time: a run hashes a million images. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5 ^ bytes.length;
  const words =
    bytes.byteOffset % 4 === 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : [];
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ (words[i] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let i = words.length * 4; i < bytes.length; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return mix(hash);
}
