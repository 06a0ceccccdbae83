import { type Compression, webCompression } from "../crypto/compression.ts";
import { assert, assertBytes } from "./assertions.ts";
import type { RegisterTest } from "./file-system-suite.ts";

/** Lengths in bytes: none, one, and on both sides of where adapters change from one way to another. */
const SIZES: readonly number[] = [0, 1, 4096, 16_384, 16_385, 300_000];
const BOMB = 20_000_000;
/** What no stream of deflated data begins with: its third kind of block does not exist. */
const NOT_DEFLATED = new Uint8Array([0xff, 0xff, 0xff]);

type Check = (compression: Compression) => Promise<void>;

/**
 * Registers a test for each obligation of the `Compression` port; every adapter must pass all of them.
 *
 * @param test registers one test with the runner
 * @param compression the adapter
 * @example
 * ```ts
 * import { nativeCompression } from "@baba/core/adapter";
 * import { compressionSuite } from "@baba/core/testing";
 * import * as zlib from "node:zlib";
 *
 * const tests: (() => Promise<void>)[] = [];
 * compressionSuite((_name, work) => tests.push(work), nativeCompression(zlib));
 * for (const work of tests) await work();
 * ```
 */
export function compressionSuite(test: RegisterTest, compression: Compression): void {
  for (const [name, check] of CHECKS) test(`Compression ${name}`, () => check(compression));
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ["inflate() gives back what deflate() took", (own) => agree(own, own)],
  ["deflate() makes what other implementations inflate", (own) => agree(own, webCompression)],
  ["inflate() reads what other implementations deflated", (own) => agree(webCompression, own)],
  ["deflate() and inflate() keep and change none of their arguments", keepsArguments],
  ["inflate() gives undefined for what becomes larger than the limit", limits],
  ["inflate() gives undefined for what was cut short, or is not deflated", refuses],
];

async function agree(writer: Compression, reader: Compression): Promise<void> {
  for (const size of SIZES) {
    const bytes = pattern(size);
    const inflated = await reader.inflate(await writer.deflate(bytes), size + 1);
    assertBytes(inflated, bytes, `${size} bytes`);
  }
}

async function keepsArguments(own: Compression): Promise<void> {
  const large = pattern(70_000);
  const bytes = large.subarray(7, 60_007);
  const deflated = await own.deflate(bytes);
  assertBytes(large, pattern(70_000), "what was deflated, and what is beside it");
  const padded = new Uint8Array(deflated.length + 9).fill(7);
  padded.set(deflated, 5);
  const copy = padded.slice();
  const inflated = await own.inflate(padded.subarray(5, 5 + deflated.length), bytes.length);
  assertBytes(padded, copy, "what was inflated, and what is beside it");
  large.fill(0);
  padded.fill(0);
  const deflatedCopy = copy.subarray(5, 5 + deflated.length);
  await own.inflate(await own.deflate(new Uint8Array(BOMB / 100)), BOMB);
  assertBytes(deflated, deflatedCopy, "deflated bytes, after other calls");
  assertBytes(
    inflated,
    pattern(70_000).subarray(7, 60_007),
    "inflated bytes, once their origins are overwritten, and after other calls",
  );
}

async function limits(own: Compression): Promise<void> {
  const bomb = await own.deflate(new Uint8Array(BOMB));
  assert(bomb.length < 100_000, `${BOMB} zeros were deflated to ${bomb.length} bytes`);
  assert((await own.inflate(bomb, BOMB - 1)) === undefined, "one byte more than the limit was inflated");
  assertBytes(await own.inflate(bomb, BOMB), new Uint8Array(BOMB), "exactly the limit");
}

async function refuses(own: Compression): Promise<void> {
  for (const size of [1000, 300_000]) {
    const deflated = await own.deflate(pattern(size));
    for (const cut of [1, 3, deflated.length - 1]) {
      const inflated = await own.inflate(deflated.subarray(0, deflated.length - cut), size);
      assert(inflated === undefined, `${size} bytes were inflated from what lacks its last ${cut}`);
    }
  }
  assert((await own.inflate(NOT_DEFLATED, 100)) === undefined, "what is not deflated was inflated");
  assert((await own.inflate(new Uint8Array(0), 100)) === undefined, "nothing was inflated");
}

/** Compressible, but not to nothing. */
function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);
}
