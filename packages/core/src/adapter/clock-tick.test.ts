import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isWithinTick } from "./clock-tick.ts";

const NOW = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

test("isWithinTick() distrusts a time of less than a tick ago, and any time to come", () => {
  expect([1, 99, 100, 101].map((ago) => isWithinTick(NOW - ago))).toEqual([true, true, false, false]);
  expect(isWithinTick(NOW + 5001)).toBe(true);
});

test("isWithinTick() takes whole seconds for those of a file system that stores no fractions", () => {
  expect([0, 1000, 2000, 3000].map((ago) => isWithinTick(NOW - ago))).toEqual([true, true, true, false]);
});
