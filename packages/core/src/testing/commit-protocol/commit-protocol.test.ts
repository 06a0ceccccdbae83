import { expect, test } from "vitest";
import { crashNewKeyFile, crashStore, failStore, runBanks } from "./suites.ts";

// A tenth of what `npm run torture` runs; a failure's message contains its seed.
const MINUTES = 60_000;

test("FileStorage holds a prefix of the commits and all acknowledged ones after two power cuts", {
  timeout: 5 * MINUTES,
}, async () => {
  const totals = await crashStore(100_000, 1);
  expect(totals.violations).toEqual([]);
  expect(totals.visited).toBeGreaterThanOrEqual(100_000);
  expect(totals.distinct).toBeGreaterThanOrEqual(10_000);
});

test("FileStorage has the key file of what a new sealed store holds after any power cut", {
  timeout: MINUTES,
}, async () => {
  const { visited, violations } = await crashNewKeyFile(1500, 6);
  expect(violations).toEqual([]);
  expect(visited).toBe(1500);
});

// Scenario 2 has a sealed store, and 7 a folder that nothing else would write again after its failed sync.
// `npm run torture` has ten.
const SCENARIOS = process.env.BABA_MUTANT === undefined ? [2] : [1, 2, 7];

test.each(SCENARIOS)(
  "FileStorage throws typed errors and breaks no invariant, whatever step of scenario %i fails",
  {
    timeout: 5 * MINUTES,
  },
  async (scenario) => {
    const report = await failStore(scenario);
    expect(report.violations).toEqual([]);
    expect(report.runs).toBeGreaterThan(1000);
  },
);

test("FileStorage neither makes nor loses money of three processes, and keeps acknowledged transfers", {
  timeout: 5 * MINUTES,
}, async () => {
  const { transfers } = await runBanks(150, 1);
  expect(transfers).toBeGreaterThan(150 * 10);
});
