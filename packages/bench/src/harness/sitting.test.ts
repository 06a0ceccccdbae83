import { expect, test } from "vitest";
import { NOTHING, withFigures, withReason } from "./results.ts";
import { obstacleTo } from "./sitting.ts";

const LARGE = { workload: "bulk", engine: "keyv", records: 10_000 } as const;

test("obstacleTo() keeps from what would take too long, judged by a smaller size", () => {
  const results = withFigures(NOTHING, { ...LARGE, records: 1000 }, 0, { process: 4000 });
  expect(obstacleTo(results, LARGE, 32_000)).toBeUndefined();
  expect(obstacleTo(results, LARGE, 30_000)).toContain("31 s");
});

test("obstacleTo() does not judge by stores so small that the process takes longer than the work", () => {
  const results = withFigures(NOTHING, { ...LARGE, records: 100 }, 0, { process: 4000 });
  expect(obstacleTo(results, LARGE, 30_000)).toBeUndefined();
});

test("obstacleTo() keeps from what has failed before", () => {
  expect(obstacleTo(withReason(NOTHING, LARGE, "It broke."), LARGE, 30_000)).toBe("It broke.");
});
