import { expect, test } from "vitest";
import { seededRandom, type WorkloadOptions, workload } from "./generator.ts";
import { isListingKey } from "./history.ts";

const OPTIONS: WorkloadOptions = {
  seed: 7,
  worker: 0,
  workers: 3,
  transactions: 5000,
  longest: 4,
  keys: 4,
  lifetime: 50,
  reads: 0.5,
  listings: 0.2,
};

test("workload() is determined by seed and worker", () => {
  const plans = (change: Partial<WorkloadOptions>): string =>
    JSON.stringify([...workload({ ...OPTIONS, ...change })]);
  expect(plans({})).toBe(plans({}));
  expect(plans({})).not.toBe(plans({ seed: 8 }));
  expect(plans({})).not.toBe(plans({ worker: 1 }));
});

test("workload() never appends a number twice, whichever worker does", () => {
  const values = [0, 1, 2].flatMap((worker) =>
    [...workload({ ...OPTIONS, worker })]
      .flat()
      .flatMap((operation) => (operation.kind === "append" ? [operation.value] : [])),
  );
  expect(new Set(values).size).toBe(values.length);
});

test("workload() keeps the shares it was asked for, and prefers the first key", () => {
  const plans = [...workload({ ...OPTIONS, lifetime: 5000 })];
  const operations = plans.flat();
  const share = (test: (operation: (typeof operations)[number]) => boolean): number =>
    operations.filter(test).length / operations.length;
  expect(plans.length).toBe(5000);
  expect(Math.max(...plans.map((plan) => plan.length))).toBe(4);
  expect(Math.min(...plans.map((plan) => plan.length))).toBe(1);
  expect(share(({ kind }) => kind === "read")).toBeCloseTo(0.5, 1);
  expect(share(({ key }) => isListingKey(key))).toBeCloseTo(0.2, 1);
  expect(share(({ key }) => key === "k0")).toBeCloseTo((0.8 * 8) / 15, 1);
  expect(new Set(operations.map(({ key }) => key)).size).toBe(8);
});

test("workload() lets keys grow old", () => {
  const [first, last] = [0, 4999].map((at) => [...workload(OPTIONS)][at]?.map(({ key }) => key));
  expect(first?.some((key) => last?.includes(key))).toBe(false);
});

test("seededRandom() gives numbers from 0 to 1 without favourites", () => {
  const random = seededRandom(1);
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const bucket = Math.floor(random() * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
