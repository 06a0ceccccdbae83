import * as zlib from "node:zlib";
import { expect, test } from "vitest";
import type { Compression } from "../crypto/compression.ts";
import { nativeCompression } from "../crypto/native-compression.ts";
import { compressionSuite } from "./compression-suite.ts";

type Fault = { readonly what: string; readonly found: string; readonly compression: Compression };

const sound = nativeCompression(zlib);
const { deflate, inflate } = sound;
/** No deflated data begins with it: its third kind of block does not exist. */
const MARK = 0xff;

/** Adapters with one fault each, and the test that must find it. */
const FAULTS: readonly Fault[] = [
  {
    what: "an inflate() that loses the last byte",
    found: "Compression inflate() gives back what deflate() took",
    compression: { deflate, inflate: async (bytes, limit) => (await inflate(bytes, limit))?.slice(0, -1) },
  },
  {
    what: "a deflate() of another format",
    found: "Compression deflate() makes what other implementations inflate",
    compression: {
      deflate: async (bytes) => reversed(await deflate(bytes)),
      inflate: (bytes, limit) => inflate(reversed(bytes), limit),
    },
  },
  {
    what: "an inflate() that reads only what it has deflated itself",
    found: "Compression inflate() reads what other implementations deflated",
    compression: {
      deflate: async (bytes) => Uint8Array.from([MARK, ...(await deflate(bytes))]),
      inflate: (bytes, limit) => (bytes[0] === MARK ? inflate(bytes.subarray(1), limit) : undefined),
    },
  },
  {
    what: "a deflate() that wipes what it was given",
    found: "Compression deflate() and inflate() keep and change none of their arguments",
    compression: {
      deflate: async (bytes) => {
        const deflated = await deflate(bytes);
        bytes.fill(0);
        return deflated;
      },
      inflate,
    },
  },
  {
    what: "a deflate() that gives one buffer to all",
    found: "Compression deflate() and inflate() keep and change none of their arguments",
    compression: { deflate: inOneBuffer(deflate), inflate },
  },
  {
    what: "an inflate() that gives one buffer to all",
    found: "Compression deflate() and inflate() keep and change none of their arguments",
    compression: { deflate, inflate: inOneBuffer(inflate) },
  },
  {
    what: "an inflate() that counts the limit as too much",
    found: "Compression inflate() gives undefined for what becomes larger than the limit",
    compression: { deflate, inflate: (bytes, limit) => inflate(bytes, limit - 1) },
  },
  {
    what: "an inflate() without a limit",
    found: "Compression inflate() gives undefined for what becomes larger than the limit",
    compression: { deflate, inflate: (bytes) => inflate(bytes, Number.POSITIVE_INFINITY) },
  },
  {
    what: "an inflate() that throws",
    found: "Compression inflate() gives undefined for what was cut short, or is not deflated",
    compression: {
      deflate,
      inflate: async (bytes, limit) => {
        const inflated = await inflate(bytes, limit);
        if (inflated === undefined) throw new Error("not deflated");
        return inflated;
      },
    },
  },
  {
    what: "an inflate() that gives what it has of a stream that was cut short",
    found: "Compression inflate() gives undefined for what was cut short, or is not deflated",
    compression: {
      deflate,
      inflate: async (bytes, limit) => (await inflate(bytes, limit)) ?? new Uint8Array(1),
    },
  },
];

for (const { what, found, compression } of FAULTS) {
  test(`compressionSuite() finds ${what}`, async () => {
    await expect(testOf(compression, found)).rejects.toThrow();
  });
}

test("compressionSuite() finds no fault in a sound adapter", async () => {
  for (const work of testsOf(sound).values()) await work();
});

async function testOf(compression: Compression, wanted: string): Promise<void> {
  const work = testsOf(compression).get(wanted);
  expect(work).toBeDefined();
  await work?.();
}

function testsOf(compression: Compression): Map<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  compressionSuite((name, work) => tests.set(name, work), compression);
  return tests;
}

function reversed(bytes: Uint8Array): Uint8Array {
  return bytes.slice().reverse();
}

/** A function whose results all lie in one buffer, so that each overwrites the last. */
function inOneBuffer<T extends readonly unknown[], R extends Uint8Array | undefined>(
  work: (...inputs: T) => R | Promise<R>,
): (...inputs: T) => Promise<R> {
  const shared = new Uint8Array(1_000_000);
  return async (...inputs) => {
    const result = await work(...inputs);
    if (result === undefined) return result;
    shared.set(result);
    return shared.subarray(0, result.length) as R;
  };
}
