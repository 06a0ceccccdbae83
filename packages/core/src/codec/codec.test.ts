import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { ascii, mustAgree, mustEqual, outcome, pattern, words } from "./codec.fixture.ts";
import { decode, decodeInto, encode, encodedSize, encodeInto } from "./codec.ts";
import { PIECE } from "./kernel.ts";
import { referenceDecode, referenceEncode } from "./reference.ts";

const seed = Date.now() % 2 ** 31;
console.log(`codec.test.ts: fast-check seed ${seed}`);

// A hundred thousand errors are thrown here, which takes a while on a loaded machine.
const { stackTraceLimit } = Error;
Error.stackTraceLimit = 3;
vi.setConfig({ testTimeout: 60_000 });
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const spaces = ["\t", "\n", "\v", "\f", "\r", " "];

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

  test("gives bytes in a buffer with nothing else in it, however the text is spaced", () => {
    for (const text of ["011120 49m", "  011120 49m\n", " ".repeat(1000)]) {
      const bytes = decode(ascii(text));
      expect(bytes.buffer.byteLength, JSON.stringify(text)).toBe(bytes.length);
    }
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
});
