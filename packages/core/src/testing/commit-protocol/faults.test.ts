import { expect, test } from "vitest";
import { failStore } from "./suites.ts";

// A tenth of what `npm run torture` runs; a failure's message contains its seed.
const MINUTES = 60_000;

// Scenario 2 has a sealed store, and some of the others a folder that nothing else would write again after its failed sync.
// `npm run torture` has ten.
const SCENARIOS = process.env.BABA_MUTANT === undefined ? [2] : [1, 2, 5, 7, 16, 20, 22, 31];

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
