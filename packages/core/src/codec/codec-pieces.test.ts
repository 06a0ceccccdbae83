import { describe, expect, test, vi } from "vitest";
import { ascii, mustAgree, mustEqual, outcome, pattern, words } from "./codec.fixture.ts";
import { decode, encode } from "./codec.ts";
import { PIECE } from "./kernel.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("decode() of a text that is longer than a piece", () => {
  test("names offsets in the second piece of a large text", () => {
    const text = encode(pattern(100_000));
    text[900_000] = 0x21;
    expect(outcome(decode, text)).toContain("Byte 900000 is 0x21");
    expect(() => decode(text)).toThrow(expect.objectContaining({ offset: 900_000 }));
    expect(decode(encode(ascii("{}")))).toEqual(ascii("{}"));
  });

  test.each([
    ["all kinds of bytes", pattern(40_000)],
    ["zeros", new Uint8Array(40_000)],
  ])("reads groups of %s that straddle pieces, at every shift", (_, raw) => {
    const text = encode(raw);
    for (let shift = 0; shift <= 22; shift++) {
      const shifted = new Uint8Array(text.length + shift).fill(0x20);
      shifted.set(text, shift);
      mustEqual(decode(shifted), raw);
    }
  });

  test("is as strict at the border of two pieces as anywhere", () => {
    const border = 11 * PIECE;
    const text = encode(pattern(PIECE + 20));
    for (let shift = 0; shift < 11; shift++) {
      const shifted = Buffer.concat([ascii(" ".repeat(shift)), text]);
      for (const at of [border - 1, border]) {
        mustAgree(Uint8Array.from(Buffer.concat([shifted.subarray(0, at), shifted.subarray(at + 1)])));
      }
    }
  });

  test("begins anew after a fault between digits and filler of a large text", () => {
    expect(outcome(decode, ascii(`011120 x${" ".repeat(800_000)}`))).toContain("Byte 7 is 0x78");
    expect(words(decode(ascii("011120 49m 011122 07x")))).toBe("{}");
  });

  test("reads white space longer than a piece, also between digits and filler", () => {
    const gap = " ".repeat(800_000);
    expect(words(decode(ascii(`${gap}011120${gap}49m${gap}011122${gap}07x${gap}`)))).toBe("{}");
    expect(outcome(decode, ascii(`011120${gap}`))).toContain("The text ends at byte 800006");
    expect(outcome(decode, ascii(`011120${gap}4x7`))).toContain("Byte 800007 is 0x78");
  });

  test("reads back 16 MiB", () => {
    const raw = pattern(16 * 2 ** 20);
    expect(Buffer.compare(decode(encode(raw)), raw)).toBe(0);
  });
});
