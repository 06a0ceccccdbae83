import { codecError, Fault } from "./fault.ts";

// The codec and the checksum implemented literally, byte by byte, as oracles for the tests.

const SPACE = 0x20;

/** Encodes bytes; the fillers come from `random`, which returns numbers in [0, 1). */
export function referenceEncode(
  bytes: Uint8Array,
  random: () => number = Math.random,
): Uint8Array<ArrayBuffer> {
  const groups = Array.from(bytes, (byte) => `${byte.toString(3).padStart(6, "0")} ${filler(random)}`);
  return new TextEncoder().encode(groups.join(" "));
}

function filler(random: () => number): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  return `${below(10)}${below(10)}${String.fromCharCode(97 + below(26))}`;
}

/** Decodes a text. @throws `BABA_CODEC` with the offset of the first byte at fault */
export function referenceDecode(text: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    bytes.push(readDigits(text, at));
    at = skipSpace(text, endPart(text, at + 6));
    readFiller(text, at);
    at = skipSpace(text, endPart(text, at + 3));
  }
  return Uint8Array.from(bytes);
}

function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(text[at])) at++;
  return at;
}

function readDigits(text: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from; at < from + 6; at++)
    value = value * 3 + (expect(text, at, "0", "2", Fault.digit) - 0x30);
  if (value > 255) throw codecError(Fault.value, from, text[from]);
  return value;
}

function readFiller(text: Uint8Array, from: number): void {
  expect(text, from, "0", "9", Fault.fillerDigit);
  expect(text, from + 1, "0", "9", Fault.fillerDigit);
  expect(text, from + 2, "a", "z", Fault.fillerLetter);
}

function expect(text: Uint8Array, at: number, first: string, last: string, fault: number): number {
  const byte = text[at];
  if (byte === undefined) throw codecError(Fault.end, text.length, undefined);
  if (byte < first.charCodeAt(0) || byte > last.charCodeAt(0)) throw codecError(fault, at, byte);
  return byte;
}

function endPart(text: Uint8Array, at: number): number {
  if (at < text.length && !isSpace(text[at])) throw codecError(Fault.space, at, text[at]);
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte === SPACE || (byte >= 0x09 && byte <= 0x0d));
}

const MASK = (1n << 64n) - 1n;
const P1 = 11400714785074694791n;
const P2 = 14029467366897019727n;
const P3 = 1609587929392839161n;
const P4 = 9650029242287828579n;
const P5 = 2870177450012600261n;

/** XXH64 of bytes, an unsigned 64-bit number. */
export function referenceXxh64(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stripes = bytes.length - (bytes.length % 32);
  let hash = stripes > 0 ? stripeHash(view, stripes, seed) : seed + P5;
  hash = (hash + BigInt(bytes.length)) & MASK;
  let at = stripes;
  for (; at + 8 <= bytes.length; at += 8)
    hash = fold(hash ^ round(0n, view.getBigUint64(at, true)), 27n, P1, P4);
  if (at + 4 <= bytes.length) {
    hash = fold(hash ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n, P2, P3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = fold(hash ^ ((BigInt(view.getUint8(at)) * P5) & MASK), 11n, P1, 0n);
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return hash ^ (hash >> 32n);
}

function stripeHash(view: DataView, length: number, seed: bigint): bigint {
  const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map((lane) => lane & MASK);
  for (let at = 0; at < length; at += 8) {
    const lane = (at / 8) % 4;
    lanes[lane] = round(lanes[lane] ?? 0n, view.getBigUint64(at, true));
  }
  const turns = [1n, 7n, 12n, 18n];
  const start = lanes.reduce((sum, lane, i) => (sum + rotate(lane, turns[i] ?? 0n)) & MASK, 0n);
  return lanes.reduce((hash, lane) => ((hash ^ round(0n, lane)) * P1 + P4) & MASK, start);
}

function round(accumulator: bigint, lane: bigint): bigint {
  return (rotate((accumulator + lane * P2) & MASK, 31n) * P1) & MASK;
}

function fold(hash: bigint, turn: bigint, factor: bigint, addend: bigint): bigint {
  return (rotate(hash, turn) * factor + addend) & MASK;
}

function rotate(value: bigint, turn: bigint): bigint {
  return ((value << turn) | (value >> (64n - turn))) & MASK;
}
