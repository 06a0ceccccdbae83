import type { Arena } from "../arena.ts";
import { BabaError } from "../errors.ts";
import { textOf } from "../model/index.ts";
import type { Payload } from "./view.ts";

/** A text of so many characters has a buffer of its own. */
const LONG_TEXT = 2048;
/** UTF-8 bytes of one UTF-16 unit, at the most. */
const WIDEST = 3;

const utf8 = new TextEncoder();

/** A record's JSON text, or why it cannot be read. */
export type Text = string | BabaError;

/** The payload of a text: its UTF-8 bytes, which nobody writes to again. */
export function payloadOf(text: string, arena: Arena): Uint8Array {
  if (text.length >= LONG_TEXT) return utf8.encode(text);
  const room = arena.lend(WIDEST * text.length);
  return arena.keep(room, utf8.encodeInto(text, room).written);
}

/** The text that a payload holds; nothing where there is no payload. */
export function textIn(payload: Payload): Text | undefined {
  if (!(payload instanceof Uint8Array)) return payload;
  try {
    return textOf(payload);
  } catch (error) {
    if (error instanceof BabaError) return error;
    throw error;
  }
}

/**
 * {@link textIn} of each. Payloads that lie side by side in memory are decoded together where they are ASCII: for a
 * small record the call costs more than its text.
 */
export function textsIn(payloads: readonly Payload[]): (Text | undefined)[] {
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
 * Where those payloads end that follow number `start` without a gap, and it itself, in bytes from its begin. Each is asked
 * for its place once: in a process that just began, that is most of the work.
 */
function endsOfRun(payloads: readonly Payload[], start: number, first: Uint8Array): number[] {
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

/** Adds the texts of payloads that follow one another: cut out of their common text, unless there is more than ASCII in it. */
function decodeRun(
  first: Uint8Array,
  ends: readonly number[],
  payloads: readonly Payload[],
  texts: (Text | undefined)[],
): void {
  const whole = new Uint8Array(first.buffer, first.byteOffset, ends.at(-1));
  const text = textIn(whole);
  const start = texts.length;
  // Every character beyond ASCII has more bytes than it has places in a text.
  const isAscii = typeof text === "string" && text.length === whole.length;
  for (let i = 0, begin = 0; i < ends.length; begin = ends[i++] ?? 0)
    texts.push(isAscii ? text.slice(begin, ends[i]) : textIn(payloads[start + i]));
}
