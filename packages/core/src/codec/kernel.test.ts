import { describe, expect, test, vi } from "vitest";
import { BabaError } from "../errors.ts";
import { xxh64With } from "./checksum.ts";
import { decodeWith, encodedSize, encodeWith } from "./codec.ts";
import { createKernel, type Kernel, PIECE } from "./kernel.ts";

vi.setConfig({ testTimeout: 60_000 });

const SEED = BigUint64Array.of(1n, 2n, 3n, 4n);
const utf8 = new TextEncoder();
const SECRET = utf8.encode("attack at dawn, ".repeat(40));

/** How often a text of raw bytes occurs in the kernel's memory. */
function occurrences(kernel: Kernel, needle: string): number {
  return Buffer.from(kernel.exports.memory.buffer).toString("latin1").split(needle).length - 1;
}

function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The fillers of `rounds` encodings of `size` bytes, as numbers under 2600. */
function* fillers(rounds: number, size: number): Generator<number> {
  const kernel = createKernel(SEED);
  const text = new Uint8Array(encodedSize(size));
  for (let round = 0; round < rounds; round++) {
    encodeWith(kernel, new Uint8Array(size), text);
    for (let at = 7; at < text.length; at += 11) {
      const [tens = 0, ones = 0, letter = 0] = text.subarray(at, at + 3);
      yield ((tens - 48) * 10 + (ones - 48)) * 26 + (letter - 97);
    }
  }
}

describe("the fillers of encodeWith()", () => {
  test("are uniform, each of the 2600 and each digit and letter by itself", () => {
    const all = new Array<number>(2600).fill(0);
    for (const filler of fillers(50, 20_000)) all[filler] = (all[filler] ?? 0) + 1;
    const by = (kinds: number, kind: (filler: number) => number): number[] => {
      const counts = new Array<number>(kinds).fill(0);
      all.forEach((count, filler) => {
        counts[kind(filler)] = (counts[kind(filler)] ?? 0) + count;
      });
      return counts;
    };
    // Degrees of freedom and six standard deviations; the seed is fixed.
    expect(chiSquare(all)).toBeLessThan(2599 + 6 * Math.sqrt(2 * 2599));
    expect(chiSquare(by(10, (f) => Math.floor(f / 260)))).toBeLessThan(9 + 6 * Math.sqrt(18));
    expect(chiSquare(by(10, (f) => Math.floor(f / 26) % 10))).toBeLessThan(9 + 6 * Math.sqrt(18));
    expect(chiSquare(by(26, (f) => f % 26))).toBeLessThan(25 + 6 * Math.sqrt(50));
  });

  test("are uniform in pairs of neighbours", () => {
    const pairs = new Array<number>(676).fill(0);
    let last = 0;
    for (const filler of fillers(50, 20_000)) {
      const pair = (last % 26) * 26 + (filler % 26);
      pairs[pair] = (pairs[pair] ?? 0) + 1;
      last = filler;
    }
    expect(chiSquare(pairs)).toBeLessThan(675 + 6 * Math.sqrt(2 * 675));
  });

  test("take every value in each of the generator's lanes", () => {
    const seen = Array.from({ length: 4 }, () => new Set<number>());
    let n = 0;
    for (const filler of fillers(50, 20_000)) seen[n++ % 4]?.add(filler);
    expect(seen.map((values) => values.size)).toEqual(new Array(4).fill(2600));
  });

  test("go on from one encoding to the next", () => {
    expect(new Set(fillers(200, 1)).size).toBeGreaterThan(150);
    const [, second, third] = [...fillers(2, 2)];
    expect(second).not.toBe(third);
  });

  test("follow the recurrence whose period is known: each is the sum of those 508 and 504 before, part by part", () => {
    const parts = (filler = 0): number[] => [
      Math.floor(filler / 260),
      Math.floor(filler / 26) % 10,
      filler % 26,
    ];
    const moduli = [10, 10, 26];
    const all = [...fillers(1, 3000)];
    const sums = all.slice(508).map((_, n) => {
      const other = parts(all[n + 4]);
      return parts(all[n]).map((part, i) => (part + (other[i] ?? 0)) % (moduli[i] ?? 1));
    });
    expect(all.slice(508).map(parts)).toEqual(sums);
  });

  test("would fail the chi-square test with a planted bias of one in a hundred", () => {
    const counts = new Array<number>(26).fill(0);
    let n = 0;
    for (const filler of fillers(50, 20_000)) {
      const letter = n++ % 100 === 0 ? 0 : filler % 26;
      counts[letter] = (counts[letter] ?? 0) + 1;
    }
    expect(chiSquare(counts)).toBeGreaterThan(25 + 6 * Math.sqrt(50));
  });

  test("depend on the seed, and on nothing else", () => {
    const text = (seed: BigUint64Array): Uint8Array => {
      const target = new Uint8Array(encodedSize(100));
      encodeWith(createKernel(seed), new Uint8Array(100), target);
      return target;
    };
    expect(text(SEED)).toEqual(text(SEED));
    expect(text(SEED)).not.toEqual(text(BigUint64Array.of(1n, 2n, 3n, 5n)));
    expect(text(BigUint64Array.of(0n, 0n, 0n, 0n))).not.toEqual(text(SEED));
  });
});

describe("the scratch memory of createKernel()", () => {
  test("holds no raw bytes after encodeWith(), decodeWith(), a failed decodeWith() or xxh64With()", () => {
    const kernel = createKernel(SEED);
    const text = new Uint8Array(encodedSize(SECRET.length));
    encodeWith(kernel, SECRET, text);
    expect(occurrences(kernel, "attack")).toBe(0);
    decodeWith(kernel, text, new Uint8Array(SECRET.length));
    expect(occurrences(kernel, "attack")).toBe(0);
    text[text.length - 1] = 0x21;
    expect(() => decodeWith(kernel, text, new Uint8Array(SECRET.length))).toThrow(BabaError);
    expect(occurrences(kernel, "attack")).toBe(0);
    xxh64With(kernel, SECRET, 0n);
    expect(occurrences(kernel, "attack")).toBe(0);
    xxh64With(kernel, Buffer.concat(new Array<Uint8Array>(100).fill(SECRET)), 0n);
    expect(occurrences(kernel, "attack")).toBe(0);
    // The search itself works.
    kernel.heap.set(SECRET, kernel.raw);
    expect(occurrences(kernel, "attack")).toBe(40);
  });

  test("holds no raw byte after a text of any length, one piece or more", () => {
    const kernel = createKernel(SEED);
    const scratch = kernel.heap.subarray(kernel.raw, kernel.text);
    for (const length of [1, 2, 15, 16, 17, 31, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 17]) {
      const [bytes, text] = [new Uint8Array(length).fill(0x5a), new Uint8Array(encodedSize(length))];
      encodeWith(kernel, bytes, text);
      expect(scratch.indexOf(0x5a), `${length} bytes encoded`).toBe(-1);
      decodeWith(kernel, text, bytes);
      expect(
        scratch.findIndex((byte) => byte !== 0),
        `${length} bytes decoded`,
      ).toBe(-1);
    }
  });

  test("is wiped as far as asked, and at most 15 bytes further", () => {
    const { exports, heap, raw, text } = createKernel(SEED);
    for (let length = 0; length <= 64; length++) {
      heap.fill(0x5a, raw, text);
      exports.wipe(raw, length);
      const wiped = heap.indexOf(0x5a, raw) - raw;
      expect(wiped, `${length} bytes`).toBe(16 * Math.ceil(length / 16));
    }
  });

  test("is one page, also after 1,000 encodings of 1 MiB", () => {
    const kernel = createKernel(SEED);
    const raw = new Uint8Array(2 ** 20).fill(0x5a);
    const text = new Uint8Array(encodedSize(raw.length));
    for (let i = 0; i < 1000; i++) encodeWith(kernel, raw, text);
    expect(decodeWith(kernel, text, raw)).toBe(raw.length);
    expect(kernel.exports.memory.buffer.byteLength).toBe(65536);
    expect(kernel.text + 11 * PIECE + 64).toBeLessThanOrEqual(65536);
  });

  test("is a BabaError of createKernel() if the runtime refuses it", () => {
    const refused = vi.spyOn(WebAssembly, "Instance").mockImplementation(function refuse() {
      throw new RangeError("WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory");
    });
    try {
      expect(() => createKernel(SEED)).toThrow(BabaError);
      expect(() => createKernel(SEED)).toThrow(/needs WebAssembly with SIMD and a little memory/);
    } finally {
      refused.mockRestore();
    }
  });
});

test("exports.encode() of a kernel returns the length of the text", () => {
  const { exports, raw, text } = createKernel(SEED);
  for (const size of [0, 1, 2, 17, 508, PIECE])
    expect(exports.encode(raw, size, text), `${size} bytes`).toBe(encodedSize(size));
});

describe("decodeWith()", () => {
  test.each(["\n", " \r\n"])(
    "goes back to blocks of 16 groups after %j in a text, at its start or between",
    (gap) => {
      const kernel = createKernel(SEED);
      const { exports, heap, raw } = kernel;
      for (const before of [0, 20]) {
        heap.fill(0, raw, kernel.text);
        const text = new Uint8Array(encodedSize(100));
        encodeWith(kernel, new Uint8Array(100).fill(0x5a), text);
        // A digit too great, behind which only a whole block can have put bytes.
        text[11 * 80] = 0x39;
        const split = [...text.subarray(0, 11 * before), ...utf8.encode(gap), ...text.subarray(11 * before)];
        heap.set(split, kernel.text);
        expect(exports.decode(kernel.text, split.length, raw, false)).toBe(-1);
        expect(exports.position()).toBe(11 * 80 + gap.length);
        expect(heap[raw + 79]).toBe(0x5a);
        expect(heap.subarray(raw + 81, raw + 96).includes(0x5a)).toBe(true);
      }
    },
  );
});
