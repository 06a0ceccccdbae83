/**
 * Pseudo-random numbers from a seed: the same seed gives the same numbers in every runtime, so that a failed
 * simulation can be run again. Not for secrets. The generator is sfc32 of PractRand.
 *
 * @example
 * ```ts
 * import { SeededRandom } from "@baba/core/testing";
 * const [random, again] = [new SeededRandom(42), new SeededRandom(42)];
 * console.log(random.below(1000) === again.below(1000)); // true
 * ```
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same seed gives the same numbers. */
  constructor(seed: number) {
    this.#a = mix(seed >>> 0);
    this.#b = mix(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
    this.#c = mix(this.#a ^ this.#b);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A whole number below 2^32. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** One of the items, all equally likely; there must be at least one. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** Fills the array and returns it. */
  fill(bytes: Uint8Array): Uint8Array {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.next() >>> 24;
    return bytes;
  }
}

/** A seed that depends on all the numbers and on their order. */
export function seedFrom(...numbers: readonly number[]): number {
  return numbers.reduce((seed, number) => mix(seed ^ mix(number >>> 0)), 0x2545f491);
}

/** Spreads a number's bits over 32 (the finalizer of MurmurHash3). */
export function mix(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
