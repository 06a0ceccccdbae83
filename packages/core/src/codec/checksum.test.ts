import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AT_ONCE, xxh64, xxh64With } from "./checksum.ts";
import { createKernel } from "./kernel.ts";
import { referenceXxh64 } from "./reference.ts";

const seed = Date.now() % 2 ** 31;
console.log(`checksum.test.ts: fast-check seed ${seed}`);

const PRIME32 = 2654435761n;

/** The xxHash project's sanity buffer: the top bytes of successive powers of a generator. */
function sanityBuffer(size: number): Uint8Array {
  let generator = PRIME32;
  return Uint8Array.from({ length: size }, () => {
    const byte = Number(generator >> 56n);
    generator = (generator * 11400714785074694797n) & ((1n << 64n) - 1n);
    return byte;
  });
}

describe("xxh64()", () => {
  // From the xxHash project's sanity tests.
  test.each([
    [0, 0n, 0xef46db3751d8e999n],
    [0, PRIME32, 0xac75fda2929b17efn],
    [1, 0n, 0xe934a84adb052768n],
    [1, PRIME32, 0x5014607643a9b4c3n],
    [4, 0n, 0x9136a0dca57457een],
    [14, 0n, 0x8282dcc4994e35c8n],
    [14, PRIME32, 0xc3bd6bf63deb6df0n],
    [222, 0n, 0xb641ae8cb691c174n],
    [222, PRIME32, 0x20cb8ab7ae10c14an],
  ])("gives the published value for %i bytes and seed %i", (size, start, expected) => {
    expect(xxh64(sanityBuffer(size), start)).toBe(expected);
    expect(referenceXxh64(sanityBuffer(size), start)).toBe(expected);
  });

  test("gives the published values of short texts", () => {
    const hash = (text: string): bigint => xxh64(new TextEncoder().encode(text), 0n);
    expect(hash("a")).toBe(0xd24ec4f1a98c6e5bn);
    expect(hash("abc")).toBe(0x44bc2cf5ad770999n);
  });

  test("agrees with the reference (property)", () => {
    const check = (bytes: Uint8Array, start: bigint): void => {
      if (xxh64(bytes, start) !== referenceXxh64(bytes, start)) throw new Error("the hashes differ");
    };
    const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), any, check), { seed, numRuns: 3000 });
  });

  test("agrees with the reference around the borders of a piece", () => {
    for (const size of [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, AT_ONCE + 32, AT_ONCE + 33, 3 * AT_ONCE + 31]) {
      const bytes = sanityBuffer(size);
      expect(xxh64(bytes, 7n)).toBe(referenceXxh64(bytes, 7n));
    }
  });

  test("refuses what is no Uint8Array, of which it would hash something else", () => {
    // Of text it would hash the digits, and zeros for all other characters.
    for (const value of ["text", [1, 300], new Uint16Array([1, 300]), new ArrayBuffer(8), undefined])
      expect(() => xxh64(value as never, 0n), String(value)).toThrow("must be a Uint8Array");
    expect(xxh64(Buffer.from("abc"), 0n)).toBe(0x44bc2cf5ad770999n);
  });

  test("leaves none of the bytes in memory if the seed is refused", () => {
    const kernel = createKernel(BigUint64Array.of(1n, 2n, 3n, 4n));
    const scratch = kernel.heap.subarray(kernel.raw);
    for (const size of [100, 2 * AT_ONCE]) {
      expect(() => xxh64With(kernel, new Uint8Array(size).fill(0x5a), 7 as never)).toThrow(TypeError);
      expect(scratch.indexOf(0x5a), `${size} bytes`).toBe(-1);
    }
  });
});
