import { expect, test } from "vitest";
import { SyncWatch } from "./sync-watch.ts";

/** Notes how a number of syncs, all watched, went. */
function noted(watch: SyncWatch, ends: readonly boolean[]): void {
  for (const ended of ends) {
    expect(watch.next()).toBeGreaterThan(0);
    watch.note(ended);
  }
}

/** How many syncs are left unwatched before the next one that is watched. */
function unwatched(watch: SyncWatch): number {
  let count = 0;
  while (watch.next() === 0) count += 1;
  return count;
}

test("SyncWatch goes on watching while few more syncs outlast it than not", () => {
  const watch = new SyncWatch();
  for (let i = 0; i < 8; i++) noted(watch, [...Array(15).fill(false), ...Array(15).fill(true)]);
  noted(watch, Array(1000).fill(true));
  noted(watch, Array(15).fill(false));
  expect(unwatched(watch)).toBe(0);
});

test("SyncWatch leaves 64 syncs unwatched after each in vain, once most were", () => {
  const watch = new SyncWatch();
  noted(watch, [...Array(14).fill([false, false, true]).flat(), false, false]);
  expect(unwatched(watch)).toBe(64);
  watch.note(false);
  expect(unwatched(watch)).toBe(64);
});

test("SyncWatch watches again from the first sync that ends in time", () => {
  const watch = new SyncWatch();
  noted(watch, Array(16).fill(false));
  expect(unwatched(watch)).toBe(64);
  noted(watch, [true, true, true, false, false]);
  expect(unwatched(watch)).toBe(0);
});
