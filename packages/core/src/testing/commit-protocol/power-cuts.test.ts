import { expect, test } from "vitest";
import { crashNewKeyFile, crashStore } from "./suites.ts";

// A tenth of what `npm run torture` runs is in power-cuts-built.test.ts; a failure's message contains its seed.
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
  // Of a mutant nothing is built.
  const states = process.env.BABA_MUTANT === undefined ? 5000 : 100_000;
  const totals = await crashStore(states, 1);
  expect(totals.violations).toEqual([]);
  expect(totals.visited).toBe(states);
});
