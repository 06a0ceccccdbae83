import { describe, expect, test } from "vitest";
import { mustEqual, pattern } from "./codec.fixture.ts";
import { decodedSize, decodeInto, encode, encodedSize, encodeInto } from "./codec.ts";
import { PIECE } from "./kernel.ts";
import { referenceDecode } from "./reference.ts";

describe("encodeInto() and decodeInto()", () => {
  test("agree with the reference at every length up to 200 and around a piece, at odd offsets", () => {
    const sizes = [
      ...Array(201).keys(),
      511,
      512,
      513,
      PIECE - 1,
      PIECE,
      PIECE + 1,
      2 * PIECE,
      2 * PIECE + 17,
    ];
    for (const size of sizes) {
      for (const offset of [1, 3, 7]) {
        const raw = pattern(size + offset).subarray(offset);
        const length = encodedSize(size);
        const written = new Uint8Array(length + offset + 16).fill(0xee);
        const text = written.subarray(offset, offset + length);
        if (encodeInto(raw, text) !== length) throw new Error(`encodeInto() of ${size} bytes`);
        mustEqual(referenceDecode(text), raw);
        const back = new Uint8Array(size + offset + 16).fill(0xee);
        if (decodeInto(text, back.subarray(offset)) !== size)
          throw new Error(`decodeInto() to ${size} bytes`);
        mustEqual(back.subarray(offset, offset + size), raw);
        for (const [whole, used] of [
          [written, length],
          [back, size],
        ] as const) {
          const around = [...whole.subarray(0, offset), ...whole.subarray(offset + used)];
          if (around.some((byte) => byte !== 0xee)) throw new Error(`${size} bytes: written outside`);
        }
      }
    }
  });

  test("write at the beginning of the target and say how much", () => {
    const raw = pattern(100_000);
    const text = new Uint8Array(encodedSize(raw.length) + 20).fill(0xee);
    expect(encodeInto(raw, text)).toBe(encodedSize(raw.length));
    expect(text.slice(-20)).toEqual(new Uint8Array(20).fill(0xee));
    const bytes = new Uint8Array(raw.length + 20).fill(0xee);
    expect(decodeInto(text.subarray(0, -20), bytes)).toBe(raw.length);
    expect(bytes.slice(-20)).toEqual(new Uint8Array(20).fill(0xee));
    mustEqual(bytes.subarray(0, raw.length), raw);
  });

  test("refuse a target that is too small", () => {
    expect(() => encodeInto(pattern(3), new Uint8Array(31))).toThrow(RangeError);
    expect(() => decodeInto(encode(pattern(3)), new Uint8Array(2))).toThrow(RangeError);
  });

  test("decodedSize() is the exact number of bytes of canonical text", () => {
    for (let size = 0; size < 100; size++) expect(decodedSize(encodedSize(size))).toBe(size);
  });
});
