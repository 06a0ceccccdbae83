import { listingKey } from "./history.ts";

/** One step for a client to take. */
export type PlannedOperation =
  | { readonly kind: "append"; readonly key: string; readonly value: number }
  | { readonly kind: "read"; readonly key: string };

/** The shape of a workload; rates range from 0 to 1. */
export type WorkloadOptions = {
  /** The same seed and worker give the same workload. */
  readonly seed: number;
  /** This client's number among the workers, from 0: no other worker appends the same numbers. */
  readonly worker: number;
  readonly workers: number;
  readonly transactions: number;
  /** The most operations in a transaction; there is at least one. */
  readonly longest: number;
  /** Keys and folders in use at a time; the first is used about twice as often as the second, and so on. */
  readonly keys: number;
  /** After this many transactions of a worker, a new key replaces the oldest, so that lists stay short. */
  readonly lifetime: number;
  /** The share of operations that are reads. */
  readonly reads: number;
  /** The share of operations on a folder: listing it, or creating a record in it. */
  readonly listings: number;
};

/**
 * Plans one client's transactions of appends and reads, independently of the database.
 *
 * Workers that run it with the same options, except for `worker`, meet on the same keys as long as they
 * progress at about the same pace. A retry is another transaction and takes the next plan: a number is
 * appended only once.
 *
 * @example
 * ```ts
 * import { workload } from "@baba/core/testing";
 * const plans = [...workload({
 *   seed: 1, worker: 0, workers: 2, transactions: 100, longest: 4, keys: 3, lifetime: 20, reads: 0.5, listings: 0.2,
 * })];
 * console.log(plans.length); // 100
 * ```
 */
export function* workload(options: WorkloadOptions): Generator<readonly PlannedOperation[], void, undefined> {
  const random = seededRandom(options.seed * options.workers + options.worker);
  let value = options.worker;
  for (let emitted = 0; emitted < options.transactions; emitted++) {
    const oldest = Math.floor(emitted / options.lifetime);
    const count = 1 + Math.floor(random() * options.longest);
    yield Array.from({ length: count }, () => {
      const slot = oldest + skewed(random, options.keys);
      const key = random() < options.listings ? listingKey(`f${slot}`) : `k${slot}`;
      if (random() < options.reads) return { kind: "read", key };
      value += options.workers;
      return { kind: "append", key, value };
    });
  }
}

/** From 0 to `count` - 1, each about half as likely as the one before. */
function skewed(random: () => number, count: number): number {
  return Math.floor(-Math.log2(1 - random() * (1 - 2 ** -count)));
}

/**
 * Numbers from 0 (inclusive) to 1 (exclusive), determined by the seed: a Weyl sequence, mixed by the 32-bit
 * finalizer of MurmurHash3 (Appleby).
 *
 * @example
 * ```ts
 * import { seededRandom } from "@baba/core/testing";
 * const [random, again] = [seededRandom(1), seededRandom(1)];
 * console.log(random() === again(), random() === random()); // true false
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
