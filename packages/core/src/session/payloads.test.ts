import { expect, test } from "vitest";
import { Payloads } from "./payloads.ts";

const utf8 = new TextEncoder();
/** Of every width that UTF-8 has, of half a surrogate pair, and of every length around those at which memory is asked for. */
const TEXTS = [
  "",
  "a",
  "\u00e9",
  "\u6f22",
  "\u{1f9b8}",
  "\ud800",
  ...[340, 341, 342, 1023, 1024, 2047, 2048, 5000].flatMap((length) => [
    "x".repeat(length),
    "\u6f22".repeat(length),
  ]),
];

test("Payloads.encode() gives the UTF-8 bytes of each text, whatever was encoded before", () => {
  const payloads = new Payloads();
  const texts = Array.from({ length: 400 }, (_, i) => TEXTS[(i * 7) % TEXTS.length] ?? "");
  const encoded = texts.map((text) => payloads.encode(text));
  // All at the end: what came later must not have touched what came before.
  expect(encoded).toEqual(texts.map((text) => utf8.encode(text)));
});

test("Payloads.encode() asks for little memory for one record, and for one buffer for many", () => {
  const few = new Payloads().encode("{}");
  expect(few.buffer.byteLength).toBeLessThanOrEqual(1024);
  const payloads = new Payloads();
  const buffers = new Set(Array.from({ length: 1000 }, () => payloads.encode("x".repeat(250)).buffer));
  expect(buffers.size).toBeLessThan(20);
});
