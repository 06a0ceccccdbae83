import { expect, test } from "vitest";
import { encodedSize, encodeWith } from "./codec.ts";
import { createKernel, randomSeed } from "./kernel.ts";
import { TextRoom } from "./text-room.ts";

type Seed = readonly [bigint, bigint, bigint, bigint];
/** A filler: two decimal digits and the number of a letter. */
type Filler = [tens: number, ones: number, letter: number];

/** How many fillers the generator's state has. */
const STATE = 508;

/** Xoshiro256++ (Blackman and Vigna 2018), implemented literally. */
function* xoshiro([...s]: Seed): Generator<bigint, never> {
  const rotated = (value: bigint, by: bigint): bigint =>
    BigInt.asUintN(64, (value << by) | (value >> (64n - by)));
  for (;;) {
    yield BigInt.asUintN(64, rotated(BigInt.asUintN(64, s[0] + s[3]), 23n) + s[0]);
    const t = BigInt.asUintN(64, s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotated(s[3], 45n);
  }
}

/** The generator's first state: 20 bits a filler, less those that would make some likelier; how many those were. */
function firstState(seed: Seed): { readonly state: Filler[]; readonly left: number } {
  const state: Filler[] = [];
  let left = 0;
  for (const draw of xoshiro(seed)) {
    const product = Number(draw >> 44n) * 2600;
    if (product % 2 ** 20 < 2 ** 20 % 2600) left += 1;
    else state.push(fillerOf(Math.floor(product / 2 ** 20)));
    if (state.length === STATE) break;
  }
  return { state, left };
}

function fillerOf(number: number): Filler {
  return [number % 10, Math.floor(number / 10) % 10, Math.floor(number / 100)];
}

/** The first fillers that a kernel writes. */
function written(seed: Seed, kernel = createKernel(BigUint64Array.from(seed))): Filler[] {
  const text = new Uint8Array(encodedSize(STATE));
  encodeWith(kernel, new Uint8Array(STATE), text);
  return Array.from({ length: STATE }, (_, i) => {
    const [tens = 0, ones = 0, letter = 0] = text.subarray(11 * i + 7);
    return [tens - 48, ones - 48, letter - 97];
  });
}

/** The state after the first one, by the recurrence that kernel.test.ts tests. */
function following(state: readonly Filler[]): Filler[] {
  const all = [...state];
  for (let n = 0; n < STATE; n++) {
    const [[a, b, c], [x, y, z]] = [all[n] ?? [0, 0, 0], all[n + 4] ?? [0, 0, 0]];
    all.push([(a + x) % 10, (b + y) % 10, (c + z) % 26]);
  }
  return all.slice(STATE);
}

test("xoshiro() gives the published numbers, so that it can be a reference", () => {
  const numbers = xoshiro([1n, 2n, 3n, 4n]);
  const first = Array.from({ length: 4 }, () => numbers.next().value);
  expect(first).toEqual([41943041n, 58720359n, 3588806011781223n, 3591011842654386n]);
});

test("createKernel() draws its first fillers from the seed by Xoshiro256++, each of the 2600 as likely", () => {
  const most = 2n ** 64n - 1n;
  const seeds: Seed[] = [
    [1n, 2n, 3n, 4n],
    [most, most - 1n, 12345678901234567890n, 1n],
    [7n, 0n, 0n, 0n],
    [0n, 7n, 0n, 0n],
    [0n, 0n, 7n, 0n],
    [0n, 0n, 0n, 7n],
  ];
  for (const seed of seeds) expect(written(seed), `${seed}`).toEqual(following(firstState(seed).state));
  expect(seeds.reduce((sum, seed) => sum + firstState(seed).left, 0)).toBeGreaterThan(0);
});

test("createKernel() takes a seed of zeros, of which the generator would only make zeros, for another", () => {
  expect(written([0n, 0n, 0n, 0n])).toEqual(written([1n, 0n, 0n, 0n]));
});

test("exports.seed() of a kernel that has written fillers begins anew", () => {
  const kernel = createKernel(BigUint64Array.of(9n, 8n, 7n, 6n));
  encodeWith(kernel, new Uint8Array(100), new Uint8Array(encodedSize(100)));
  kernel.exports.seed(1n, 2n, 3n, 4n);
  expect(written([1n, 2n, 3n, 4n], kernel)).toEqual(written([1n, 2n, 3n, 4n]));
});

test("randomSeed() has four numbers that are others each time, and so have two instances of TextRoom", () => {
  const numbers = [...randomSeed(), ...randomSeed()];
  expect(new Set(numbers).size).toBe(8);
  const room = (): TextRoom => new TextRoom(encodedSize(100));
  expect(room().encode(new Uint8Array(100), 0)).not.toEqual(room().encode(new Uint8Array(100), 0));
});

test("kernel() of one process has other fillers than that of another", async () => {
  // Each module of its own has a kernel of its own, as each process has.
  const text = async (name: string): Promise<Uint8Array> => {
    const { href } = new URL(`kernel.ts?${name}`, import.meta.url);
    const { kernel }: typeof import("./kernel.ts") = await import(href);
    const target = new Uint8Array(encodedSize(100));
    encodeWith(kernel(), new Uint8Array(100), target);
    return target;
  };
  expect(await text("one")).not.toEqual(await text("other"));
});
