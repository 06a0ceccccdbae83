import { expect, test } from "vitest";
import { Mutex } from "./mutex.ts";

test("Mutex.acquire() gives turns one at a time, in the order of asking, however often one is ended", async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const turn = async (name: string): Promise<void> => {
    const release = await mutex.acquire();
    log.push(`${name} begins`);
    await undefined;
    log.push(`${name} ends`);
    release();
    release();
  };
  await Promise.all(["a", "b", "c"].map(turn));
  expect(log).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test("Mutex.isFree says whether nobody has the turn or waits for it", async () => {
  const mutex = new Mutex();
  expect(mutex.isFree).toBe(true);
  const [first, second] = [mutex.acquire(), mutex.acquire()];
  expect(mutex.isFree).toBe(false);
  (await first)();
  const release = await second;
  expect(mutex.isFree).toBe(false);
  release();
  await undefined;
  expect(mutex.isFree).toBe(true);
});
