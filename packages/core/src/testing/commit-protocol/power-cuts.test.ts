import { expect, test } from "vitest";
import { crashNewKeyFile, crashStore } from "./suites.ts";

// A tenth of what `npm run torture` runs; a failure's message contains its seed.
const MINUTES = 60_000;

test("FileStorage has the key file of what a new sealed store holds after any power cut", {
  timeout: MINUTES,
}, async () => {
  const { visited, violations } = await crashNewKeyFile(1500, 6);
  expect(violations).toEqual([]);
  expect(visited).toBe(1500);
});

test("FileStorage holds a prefix of the commits and all acknowledged ones after two power cuts", {
  timeout: 5 * MINUTES,
}, async () => {
  const totals = await crashStore(100_000, 1);
  expect(totals.violations).toEqual([]);
  expect(totals.visited).toBeGreaterThanOrEqual(100_000);
  expect(totals.distinct).toBeGreaterThanOrEqual(10_000);
});
