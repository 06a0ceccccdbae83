import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { BabaError } from "../errors.ts";
import { decode, decodedSize, decodeInto, encode, encodedSize, encodeInto } from "./codec.ts";
import { PIECE } from "./kernel.ts";
import { referenceDecode, referenceEncode } from "./reference.ts";

const seed = Date.now() % 2 ** 31;
console.log(`codec.test.ts: fast-check seed ${seed}`);

// A hundred thousand errors are thrown here, which takes a while on a loaded machine.
Error.stackTraceLimit = 3;
vi.setConfig({ testTimeout: 60_000 });

const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const words = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const spaces = ["\t", "\n", "\v", "\f", "\r", " "];

/** A decoder's result for a text, comparable: the bytes, or the error's code and message. */
function outcome(decoder: (text: Uint8Array) => Uint8Array, text: Uint8Array): string {
  try {
    return `bytes ${Array.from(decoder(text)).join(" ")}`;
  } catch (error) {
    if (error instanceof BabaError) return `${error.code} ${error.message}`;
    throw error;
  }
}

/** Without vitest's matchers, which would take most of the time of a hundred thousand runs. */
function mustAgree(text: Uint8Array): void {
  const ours = outcome(decode, text);
  const reference = outcome(referenceDecode, text);
  if (ours !== reference) throw new Error(`decode(): ${ours}; reference: ${reference}; text: ${words(text)}`);
}

function mustEqual(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) throw new Error(`${actual} is not ${expected}`);
}

/** Bytes without a period near a piece's size. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0, state = 1; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

describe("encode(), decode(), encodeInto() and decodeInto()", () => {
  const room = new Uint8Array(100);
  const coders: Readonly<Record<string, (value: never) => unknown>> = {
    "encode()": (value) => encode(value),
    "decode()": (value) => decode(value),
    "encodeInto()": (value) => encodeInto(value, room),
    "decodeInto()": (value) => decodeInto(value, room),
    "encodeInto(), for its target,": (value) => encodeInto(new Uint8Array(), value),
    "decodeInto(), for its target,": (value) => decodeInto(new Uint8Array(), value),
  };
  const others = ["text", "", undefined, null, 7, [0, 1], new ArrayBuffer(8), new Uint16Array(2)];
  const more = [new Uint8ClampedArray(2), new DataView(room.buffer), { length: 0 }];

  test.each(Object.entries(coders))("%s refuses what is no Uint8Array", (_, code) => {
    for (const value of [...others, ...more]) {
      expect(() => code(value as never)).toThrow(TypeError);
      expect(() => code(value as never)).toThrow("must be a Uint8Array");
    }
  });

  test("take those of another realm, and Buffers", () => {
    const foreign: Uint8Array = runInNewContext("Uint8Array.of(1, 2)");
    expect(decode(Buffer.from(encode(foreign)))).toEqual(Uint8Array.of(1, 2));
    expect(decodeInto(encode(Buffer.from([1, 2])), runInNewContext("new Uint8Array(2)"))).toBe(2);
  });
});

describe("encode()", () => {
  test("writes six digits, a filler and single spaces for every byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      const expected = byte.toString(3).padStart(6, "0");
      expect(words(encode(Uint8Array.of(byte, byte)))).toMatch(
        new RegExp(`^${expected} \\d\\d[a-z] ${expected} \\d\\d[a-z]$`),
      );
    }
  });

  test("makes encodedSize() bytes of every length, with no space at the end", () => {
    for (const size of [...Array(2100).keys(), PIECE - 1, PIECE, PIECE + 1, 65536, 65537]) {
      const text = encode(pattern(size));
      if (text.length !== encodedSize(size) || text.at(-1) === 0x20) throw new Error(`size ${size}`);
      mustEqual(decode(text), pattern(size));
    }
  });

  test("agrees with the reference in everything but the fillers", () => {
    const digits = (text: Uint8Array): string => words(text).replaceAll(/\d\d[a-z]/g, "");
    const check = (bytes: Uint8Array): void => {
      if (digits(encode(bytes)) !== digits(referenceEncode(bytes))) throw new Error("digits differ");
      mustEqual(referenceDecode(encode(bytes)), bytes);
      mustEqual(decode(referenceEncode(bytes)), bytes);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { seed, numRuns: 2000 });
  });

  test("gives two encodings of one input different fillers", () => {
    const bytes = pattern(64);
    expect(words(encode(bytes))).not.toBe(words(encode(bytes)));
  });

  test("takes a view into a larger buffer and leaves its input alone", () => {
    const whole = pattern(1000);
    const view = whole.subarray(100, 400);
    expect(decode(encode(view))).toEqual(pattern(1000).slice(100, 400));
    expect(whole).toEqual(pattern(1000));
  });
});

describe("decode()", () => {
  test("reads empty and white text as no bytes", () => {
    for (const text of ["", " ", "\t\n\v\f\r ", " ".repeat(1000)])
      expect(decode(ascii(text))).toEqual(new Uint8Array(0));
  });

  test.each([
    ["3", "Byte 0 is 0x33 where one of the digits 0, 1 and 2"],
    ["011120 49m 0111a0 49m", "Byte 15 is 0x61 where one of the digits 0, 1 and 2"],
    ["100111 00a", "The six digits at byte 0 have a value of more than 255"],
    ["  222222 00a", "The six digits at byte 2 have a value of more than 255"],
    ["0111200 9m", "Byte 6 is 0x30 where white space"],
    ["01112049m", "Byte 6 is 0x34 where white space"],
    ["011120 a9m", "Byte 7 is 0x61 where a decimal digit of a filler"],
    ["011120 499", "Byte 9 is 0x39 where the lower-case letter of a filler"],
    ["011120 49M", "Byte 9 is 0x4d where the lower-case letter of a filler"],
    ["011120 49m011122 07x", "Byte 10 is 0x30 where white space"],
    ["011120 49m\u0000", "Byte 10 is 0x00 where white space"],
    ["011120\u001c49m", "Byte 6 is 0x1c where white space"],
    ["01112", "The text ends at byte 5, inside a group"],
    ["011120", "The text ends at byte 6, inside a group"],
    ["011120  ", "The text ends at byte 8, inside a group"],
    ["011120 49", "The text ends at byte 9, inside a group"],
  ])("refuses %j with the offset of the first fault", (text, message) => {
    const offset = Number(/byte ([0-9]+)/i.exec(message)?.[1]);
    expect(() => decode(ascii(text))).toThrow(expect.objectContaining({ code: "BABA_CODEC", offset }));
    expect(outcome(decode, ascii(text))).toContain(`BABA_CODEC ${message}`);
    mustAgree(ascii(text));
  });

  test("judges all 729 values of six digits alike in every place of a block and of the rest", () => {
    const clean = encode(pattern(40));
    for (let group = 0; group < 40; group++) {
      for (let value = 0; value < 729; value++) {
        const text = clean.slice();
        text.set(ascii(value.toString(3).padStart(6, "0")), 11 * group);
        const expected =
          value > 255
            ? `BABA_CODEC The six digits at byte ${11 * group} have a value of more than 255.`
            : `bytes ${Array.from(pattern(40).fill(value, group, group + 1)).join(" ")}`;
        if (!outcome(decode, text).startsWith(expected)) throw new Error(`${value} in group ${group}`);
      }
    }
  });

  test("refuses every byte but white space between parts", () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = ascii("011120 49m");
      text[6] = byte;
      expect(outcome(decode, text).startsWith("bytes")).toBe(spaces.includes(String.fromCharCode(byte)));
    }
  });

  test("never echoes the text in its message", () => {
    expect(outcome(decode, ascii("secret words"))).not.toMatch(/secret|words/);
  });

  test("reads back what encode() wrote (property)", () => {
    const check = (bytes: Uint8Array): void => mustEqual(decode(encode(bytes)), bytes);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), check), { seed, numRuns: 40_000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700, size: "max" }), check), { seed, numRuns: 1500 });
  });

  test("agrees with the reference, error offsets too, on mutated text (property)", () => {
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.nat(255),
      remove: fc.boolean(),
      insert: fc.boolean(),
    });
    const check = (
      bytes: Uint8Array,
      mutations: { at: number; byte: number; remove: boolean; insert: boolean }[],
    ) => {
      const text = Array.from(encode(bytes));
      for (const { at, byte, remove, insert } of mutations) {
        text.splice(at % (text.length + 1), remove ? 1 : 0, ...(insert ? [byte] : []));
      }
      mustAgree(Uint8Array.from(text));
    };
    const mutations = fc.array(mutation, { maxLength: 3 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), mutations, check), { seed, numRuns: 30_000 });
    const large = fc.uint8Array({ minLength: 16, maxLength: 100, size: "max" });
    fc.assert(fc.property(large, mutations, check), { seed, numRuns: 4000 });
  });

  test("agrees with the reference on text from the format's own alphabet (property)", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "011120",
        "100110",
        "100111",
        "222222",
        "49m",
        "00a",
        "99z",
        "9m",
        "01112",
        "0111200",
        "0",
        "a",
      ),
      fc.constantFrom(...spaces),
      fc.constant(" "),
    );
    const text = fc.array(part, { maxLength: 14 }).map((parts) => ascii(parts.join("")));
    fc.assert(fc.property(text, mustAgree), { seed, numRuns: 20_000 });
  });

  test("reads any white space in any run between parts and at the ends (property)", () => {
    const run = fc.string({ unit: fc.constantFrom(...spaces), minLength: 1, maxLength: 5 });
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const check = (raw: Uint8Array, runs: string[]): void => {
      const parts = words(encode(raw)).split(" ");
      const text = parts.map((part, i) => (runs[i % runs.length] ?? " ") + part).join("");
      mustEqual(decode(ascii(`${text}${runs[0]}`)), raw);
      mustEqual(decode(ascii(text.trimStart())), raw);
    };
    fc.assert(fc.property(bytes, fc.array(run, { minLength: 1, maxLength: 9 }), check), {
      seed,
      numRuns: 4000,
    });
  });

  test("gives the same bytes or a typed error for every truncation and every one-byte change", () => {
    const text = encode(ascii('{"id": 1, "name": "Alice"}'));
    for (let length = 0; length < text.length; length++) mustAgree(text.subarray(0, length));
    for (let at = 0; at < text.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const changed = text.slice();
        changed[at] = byte;
        mustAgree(changed);
      }
    }
  });

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
