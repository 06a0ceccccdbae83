import { expect, test } from "vitest";
import { Mutex } from "./mutex.ts";

/** Each sleep ends when the event loop has had a turn. */
function impatience(): { readonly slept: number[]; sleep(milliseconds: number): Promise<void> } {
  const slept: number[] = [];
  return {
    slept,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("Mutex.acquireBefore() leaves no long sleep behind that would keep a process from ending", async () => {
  const mutex = new Mutex();
  const { slept, sleep } = impatience();
  const release = await mutex.acquire();
  const waiting = mutex.acquireBefore(10_000, sleep);
  setImmediate(release);
  expect(await waiting).toBeTypeOf("function");
  expect(Math.max(...slept)).toBeLessThanOrEqual(50);
});

test("Mutex.acquireBefore() waits as long as it was told, and then gives up its place", async () => {
  const mutex = new Mutex();
  const { slept, sleep } = impatience();
  const release = await mutex.acquire();
  expect(await mutex.acquireBefore(10_000, sleep)).toBeUndefined();
  expect(slept.reduce((sum, time) => sum + time, 0)).toBe(10_000);
  const next = mutex.acquire();
  release();
  expect(await next).toBeTypeOf("function");
});
