import { BabaError } from "../errors.ts";
import { decode } from "./codec.ts";
import { referenceDecode } from "./reference.ts";

export const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const words = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A decoder's result for a text, comparable: the bytes, or the error's code and message. */
export function outcome(decoder: (text: Uint8Array) => Uint8Array, text: Uint8Array): string {
  try {
    return `bytes ${Array.from(decoder(text)).join(" ")}`;
  } catch (error) {
    if (error instanceof BabaError) return `${error.code} ${error.message}`;
    throw error;
  }
}

/** Without vitest's matchers, which would take most of the time of a hundred thousand runs. */
export function mustAgree(text: Uint8Array): void {
  const ours = outcome(decode, text);
  const reference = outcome(referenceDecode, text);
  if (ours !== reference) throw new Error(`decode(): ${ours}; reference: ${reference}; text: ${words(text)}`);
}

export function mustEqual(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) throw new Error(`${actual} is not ${expected}`);
}

/** Bytes without a period near a piece's size. */
export function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0, state = 1; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
