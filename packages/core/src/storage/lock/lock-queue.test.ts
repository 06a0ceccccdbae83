import { expect, test } from "vitest";
import { LockedError } from "../../errors.ts";
import { LockQueue } from "./lock-queue.ts";

/** Each sleep ends after a turn of the event loop. */
function impatience(): { readonly slept: number[]; sleep(milliseconds: number): Promise<void> } {
  const slept: number[] = [];
  return {
    slept,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      return eventLoop();
    },
  };
}

const NOTHING = async (): Promise<void> => {};
const eventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sum = (times: readonly number[]): number => times.reduce((all, time) => all + time, 0);

test("LockQueue.acquireBefore() leaves no long sleep behind that would keep a process from ending", async () => {
  const { slept, sleep } = impatience();
  const queue = new LockQueue(sleep, () => undefined);
  const release = await queue.acquire();
  const hold = queue.keep(async () => release(), NOTHING);
  const waiting = queue.acquireBefore(10_000);
  setImmediate(() => hold.release());
  expect(await waiting).toBeTypeOf("function");
  expect(Math.max(...slept)).toBeLessThanOrEqual(50);
});

test("LockQueue.acquireBefore() waits for a hold as long as it was told, and then gives up its place", async () => {
  const { slept, sleep } = impatience();
  const queue = new LockQueue(sleep, () => undefined);
  const release = await queue.acquire();
  const hold = queue.keep(async () => release(), NOTHING);
  await expect(queue.acquireBefore(10_000)).rejects.toThrow("has held the write lock for 10 seconds");
  expect(sum(slept)).toBe(10_000);
  const next = queue.acquire();
  await hold.release();
  expect(await next).toBeTypeOf("function");
});

test("LockQueue.acquireBefore() counts no time before a hold begins, and that of each hold alone", async () => {
  const { slept, sleep } = impatience();
  const queue = new LockQueue(sleep, () => undefined);
  const ends = [await queue.acquire()];
  const turn = queue.acquire().then((end) => ends.push(end));
  const waiting = expect(queue.acquireBefore(500)).rejects.toBeInstanceOf(LockedError);
  for (let i = 0; i < 20; i++) await eventLoop();
  expect(slept).toEqual([]);
  const first = queue.keep(async () => ends[0]?.(), NOTHING);
  for (let i = 0; i < 6; i++) await eventLoop();
  expect(sum(slept)).toBeGreaterThan(250);
  await first.release();
  await turn;
  queue.keep(async () => ends[1]?.(), NOTHING);
  slept.length = 0;
  await waiting;
  expect(sum(slept)).toBeGreaterThanOrEqual(500);
});

test("LockQueue.acquireBefore() of many callers sleeps for one of them at a time, however many holds follow each other", async () => {
  const { slept, sleep } = impatience();
  const queue = new LockQueue(sleep, () => undefined);
  const first = await queue.acquire();
  const held = async (): Promise<void> => {
    const release = await queue.acquireBefore(10_000);
    const hold = queue.keep(async () => release(), NOTHING);
    await eventLoop();
    await hold.release();
  };
  const all = Array.from({ length: 100 }, held);
  first();
  await Promise.all(all);
  expect(slept.length).toBeLessThanOrEqual(200);
  expect(queue.isFree).toBe(true);
});

test("LockQueue.acquireBefore() counts for each caller only the sleeps that began after it came", async () => {
  const { slept, sleep } = impatience();
  const queue = new LockQueue(sleep, () => undefined);
  const release = await queue.acquire();
  const hold = queue.keep(async () => release(), NOTHING);
  const refused: string[] = [];
  const wait = (name: string, longest: number) =>
    queue.acquireBefore(longest).catch(() => void refused.push(name));
  const waiting = [wait("a", 200), wait("b", 100)];
  while (slept.length < 2) await eventLoop();
  waiting.push(wait("c", 100));
  await Promise.all(waiting);
  expect(refused).toEqual(["b", "a", "c"]);
  expect(sum(slept)).toBe(200);
  await hold.release();
  (await queue.acquire())();
  await eventLoop();
  expect(queue.isFree).toBe(true);
});
