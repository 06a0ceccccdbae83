import { BabaError } from "../errors.ts";
import { textOf } from "../model/index.ts";
import type { Payload } from "./view.ts";

/** A record's JSON text, or why it cannot be read. */
export type Text = string | BabaError;

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
    const end = endOfRun(payloads, start);
    const run = end === start + 1 ? undefined : payloads.slice(start, end);
    if (run === undefined) texts.push(textIn(payloads[start]));
    else for (const text of decodeTogether(run) ?? run.map(textIn)) texts.push(text);
  }
  return texts;
}

/** The number after that of the last payload that follows, with those between, number `start` without a gap. */
function endOfRun(payloads: readonly Payload[], start: number): number {
  let end = start + 1;
  while (end < payloads.length && follows(payloads[end - 1], payloads[end])) end += 1;
  return end;
}

function follows(before: Payload, payload: Payload): boolean {
  if (!(before instanceof Uint8Array) || !(payload instanceof Uint8Array)) return false;
  return payload.buffer === before.buffer && payload.byteOffset === before.byteOffset + before.length;
}

/** The texts of payloads that follow one another; `undefined` where there is more than ASCII in them. */
function decodeTogether(run: readonly Payload[]): string[] | undefined {
  const [first] = run;
  if (!(first instanceof Uint8Array)) return undefined;
  const lengths = run.map((payload) => (payload instanceof Uint8Array ? payload.length : 0));
  const whole = new Uint8Array(
    first.buffer,
    first.byteOffset,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const text = textIn(whole);
  // Every character beyond ASCII has more bytes than it has places in a text.
  if (typeof text !== "string" || text.length !== whole.length) return undefined;
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return text.slice(end - length, end);
  });
}
