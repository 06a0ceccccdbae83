import { expect, test } from "vitest";
// What users import, and loaded by the runtime itself: in vitest's modules the same takes half as long again.
import { crashStore } from "../../../dist/testing/index.js";

// A tenth of what `npm run torture` runs; a failure's message contains its seed.
test("the built FileStorage holds a prefix of the commits and all acknowledged ones after two power cuts", {
  timeout: 300_000,
}, async () => {
  const totals = await crashStore(100_000, 1);
  expect(totals.violations).toEqual([]);
  expect(totals.visited).toBe(100_000);
  expect(totals.distinct).toBeGreaterThanOrEqual(10_000);
});
