import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "../arena.ts";
import { BabaError } from "../errors.ts";
import type { Content } from "../storage/storage.ts";
import { payloadOf, type Text, textIn, textsIn } from "./text.ts";

const utf8 = new TextEncoder();
/** Parts of payloads: ASCII, non-ASCII, a byte order mark, and incomplete characters. */
const PARTS = ["", "{}", '{"id":1}', "é", "日本", "\u{1f600}"].map((text) => utf8.encode(text));
const BROKEN = [[0xc3], [0xa9], [0xef, 0xbb, 0xbf], [0xf0, 0x9f], [0x98, 0x80], [0xff]].map((bytes) =>
  Uint8Array.from(bytes),
);

/** Payloads in one buffer, with gaps only where the list has them. */
function sideBySide(parts: readonly (Uint8Array | "gap" | "absent" | "unreadable")[]): Content[] {
  const room = new Uint8Array(4096);
  const payloads: Content[] = [];
  let used = 7;
  for (const part of parts) {
    if (part === "gap") used += 1;
    else if (part === "absent") payloads.push(undefined);
    else if (part === "unreadable") payloads.push(new BabaError("BABA_IO", "It cannot be read."));
    else {
      room.set(part, used);
      payloads.push(room.subarray(used, used + part.length));
      used += part.length;
    }
  }
  return payloads;
}

const comparable = (texts: readonly (Text | undefined)[]) =>
  texts.map((text) => (text instanceof BabaError ? text.code : text));

test("textsIn() gives what textIn() gives of each, whatever lies beside it", () => {
  const part = fc.constantFrom(...PARTS, ...BROKEN, "gap" as const, "absent" as const, "unreadable" as const);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const payloads = sideBySide(parts);
      expect(comparable(textsIn(payloads))).toEqual(comparable(payloads.map(textIn)));
    }),
    { numRuns: 500 },
  );
});

test("textsIn() refuses two records with the halves of a character, which together would be valid", () => {
  const halves = sideBySide([Uint8Array.from([0xc3]), Uint8Array.from([0xa9])]);
  expect(comparable(textsIn(halves))).toEqual(["BABA_UTF8", "BABA_UTF8"]);
});

/** All UTF-8 widths, half a surrogate pair, and lengths around those at which memory is allocated. */
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

test("payloadOf() gives the UTF-8 bytes of each text, whatever was encoded before", () => {
  const arena = new Arena();
  const texts = Array.from({ length: 400 }, (_, i) => TEXTS[(i * 7) % TEXTS.length] ?? "");
  const encoded = texts.map((text) => payloadOf(text, arena));
  // Checked at the end: later texts must not have changed earlier ones.
  expect(encoded).toEqual(texts.map((text) => utf8.encode(text)));
});

test("payloadOf() keeps a long text in no more memory than it needs", () => {
  expect(payloadOf("x".repeat(3000), new Arena()).buffer.byteLength).toBe(3000);
});
