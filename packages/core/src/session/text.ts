import type { Arena } from "../arena.ts";
import { BabaError } from "../errors.ts";
import { textOf } from "../model/index.ts";
import type { Content } from "../storage/storage.ts";

/** From this many characters on, a text gets its own buffer. */
const LONG_TEXT = 2048;
/** The most UTF-8 bytes per UTF-16 code unit. */
const WIDEST = 3;

const utf8 = new TextEncoder();

/** A record's JSON text, or why it cannot be read. */
export type Text = string | BabaError;

/** The payload of a text: its UTF-8 bytes, which are never written to again. */
export function payloadOf(text: string, arena: Arena): Uint8Array {
  if (text.length >= LONG_TEXT) return utf8.encode(text);
  const room = arena.lend(WIDEST * text.length);
  return arena.keep(room, utf8.encodeInto(text, room).written);
}

/** The text in a payload; `undefined` if there is no payload. */
export function textIn(payload: Content): Text | undefined {
  if (!(payload instanceof Uint8Array)) return payload;
  try {
    return textOf(payload);
  } catch (error) {
    if (error instanceof BabaError) return error;
    throw error;
  }
}

/**
 * {@link textIn} of each payload. Adjacent ones are decoded together if they are ASCII: for small records,
 * the decoder's overhead per call exceeds the decoding itself.
 */
export function textsIn(payloads: readonly Content[]): (Text | undefined)[] {
  const texts: (Text | undefined)[] = [];
  for (let start = 0; start < payloads.length; start = texts.length) {
    const first = payloads[start];
    const ends = first instanceof Uint8Array ? endsOfRun(payloads, start, first) : [];
    if (first instanceof Uint8Array && ends.length > 1) decodeRun(first, ends, payloads, texts);
    else texts.push(textIn(first));
  }
  return texts;
}

/**
 * The end offsets, relative to `first`, of payload `start` and those that follow it without a gap. Each
 * payload's position is read only once: in a cold process that is most of the work.
 */
function endsOfRun(payloads: readonly Content[], start: number, first: Uint8Array): number[] {
  const { buffer, byteOffset } = first;
  let end = first.length;
  const ends = [end];
  for (let i = start + 1; i < payloads.length; i++) {
    const payload = payloads[i];
    if (!(payload instanceof Uint8Array) || payload.byteOffset !== byteOffset + end) break;
    if (payload.buffer !== buffer) break;
    end += payload.length;
    ends.push(end);
  }
  return ends;
}

/** Adds the texts of adjacent payloads: slices of their joint text if that is ASCII. */
function decodeRun(
  first: Uint8Array,
  ends: readonly number[],
  payloads: readonly Content[],
  texts: (Text | undefined)[],
): void {
  const whole = new Uint8Array(first.buffer, first.byteOffset, ends.at(-1));
  const text = textIn(whole);
  const start = texts.length;
  // A non-ASCII character takes more UTF-8 bytes than UTF-16 code units.
  const isAscii = typeof text === "string" && text.length === whole.length;
  for (let i = 0, begin = 0; i < ends.length; begin = ends[i++] ?? 0)
    texts.push(isAscii ? text.slice(begin, ends[i]) : textIn(payloads[start + i]));
}
