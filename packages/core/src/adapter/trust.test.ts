import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Trust } from "./trust.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("Trust.has() knows the store's own folders for a tenth of a second, and no others", () => {
  const trust = new Trust();
  for (const folder of [".store", ".store/inner", "records", ".", "records/.store"]) trust.add(folder);
  const all = [".store", ".store/inner", "records", ".", "records/.store", ".store/other"];
  expect(all.map((folder) => trust.has(folder))).toEqual([true, true, false, false, false, false]);
  vi.advanceTimersByTime(100);
  expect(trust.has(".store/inner")).toBe(true);
  vi.advanceTimersByTime(1);
  expect(all.some((folder) => trust.has(folder))).toBe(false);
});

test("Trust.has() trusts a folder no longer than the one that it was reached by", () => {
  const trust = new Trust();
  trust.add(".store");
  vi.advanceTimersByTime(90);
  trust.add(".store/inner");
  vi.advanceTimersByTime(11);
  expect([trust.has(".store"), trust.has(".store/inner")]).toEqual([false, false]);
  trust.add(".store");
  vi.advanceTimersByTime(90);
  expect(trust.has(".store")).toBe(true);
});

test("Trust.add() keeps a bounded number, and forget() keeps none", () => {
  const trust = new Trust();
  const folders = Array.from({ length: 1000 }, (_, i) => `.store/${i}`);
  for (const folder of folders) trust.add(folder);
  expect(folders.filter((folder) => trust.has(folder)).length).toBeLessThanOrEqual(64);
  expect(trust.has(".store/999")).toBe(true);
  trust.forget();
  expect(folders.some((folder) => trust.has(folder))).toBe(false);
});
