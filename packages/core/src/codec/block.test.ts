import { describe, expect, test } from "vitest";
import { ascii, mustAgree } from "./codec.fixture.ts";
import { createKernel } from "./kernel.ts";

const GROUPS = 20;
const digits = (byte: number): string => byte.toString(3).padStart(6, "0");

describe("exports.decode() of a kernel", () => {
  test.each(["00a", "99z", "09a", "90z"])(
    "reads 16 groups of any byte with the filler %s as a block, and ends a text with another",
    (filler) => {
      const { exports, heap, raw, text } = createKernel(BigUint64Array.of(1n, 2n, 3n, 4n));
      for (let byte = 0; byte < 256; byte++) {
        const groups = Array<string>(GROUPS).fill(`${digits(byte)} ${filler}`);
        // A digit too great: behind it, only a block that overlaps a sound one can have put a byte.
        groups.splice(
          17,
          3,
          `9${digits(byte).slice(1)} ${filler}`,
          `${digits(byte)} ${filler}`,
          `${digits(0x5a)} ${filler}`,
        );
        heap.fill(0, raw, text);
        heap.set(ascii(groups.join(" ")), text);
        expect(exports.decode(text, 11 * GROUPS - 1, raw, false)).toBe(-1);
        expect(exports.position()).toBe(11 * 17);
        expect(heap[raw + GROUPS - 1], `blocks of byte ${byte}`).toBe(0x5a);
      }
    },
  );

  test("reads exactly 16 groups as a block, of a text or of a piece of it, and fewer not", () => {
    const { exports, heap, raw, text } = createKernel(BigUint64Array.of(1n, 2n, 3n, 4n));
    for (const size of [15, 16]) {
      // Behind the digit too great, only a block can have put bytes.
      const groups = Array<string>(size)
        .fill(`${digits(0x5a)} 49m `)
        .join("")
        .replace("0", "9");
      for (const more of [false, true]) {
        heap.fill(0, raw, text);
        heap.set(ascii(groups), text);
        expect(exports.decode(text, groups.length, raw, more)).toBe(-1);
        const last = heap.subarray(raw, raw + 32).lastIndexOf(0x5a);
        expect(last, `${size} groups, ${more ? "and more" : "no more"}`).toBe(size === 16 ? 15 : -1);
      }
    }
  });

  test("tells an end inside a group from a wrong character there, whatever lies behind the text", () => {
    const { exports, heap, text, raw } = createKernel(BigUint64Array.of(1n, 2n, 3n, 4n));
    const whole = ascii("011120 49m");
    for (let length = 1; length < whole.length; length++) {
      heap.set(ascii("011120 49m 011120 49m"), text);
      expect(exports.decode(text, length, raw, false), `${length} characters`).toBe(-6);
      expect(exports.position()).toBe(length);
    }
  });
});

test("decode() refuses in any place of a block what is next to the legal characters, or differs by the top bit", () => {
  const edges = [..."02 09az"].flatMap((character) =>
    [-1, 0, 1].map((step) => character.charCodeAt(0) + step),
  );
  // The value of zeros with a digit too great would be no byte too great.
  const clean = ascii(Array<string>(GROUPS).fill("000000 49m").join(" "));
  for (let at = 0; at < clean.length; at++) {
    for (const byte of edges.flatMap((edge) => [edge, edge | 0x80])) {
      const text = clean.slice();
      text[at] = byte;
      mustAgree(text);
    }
  }
});

test("decode() refuses the first of several values over 255 in a block, wherever they are", () => {
  const clean = ascii(Array<string>(GROUPS).fill("000000 49m").join(" "));
  for (const value of ["100111", "222222"]) {
    for (let first = 0; first < GROUPS; first++) {
      for (let second = first; second < GROUPS; second++) {
        const text = clean.slice();
        for (let group = first; group < GROUPS; group += second - first + 1)
          text.set(ascii(value), 11 * group);
        mustAgree(text);
      }
    }
  }
});
