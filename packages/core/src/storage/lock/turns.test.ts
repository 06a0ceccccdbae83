import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

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

const eventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sum = (times: readonly number[]): number => times.reduce((all, time) => all + time, 0);

test("Turns.acquireBefore() leaves no long sleep behind that would keep a process from ending", async () => {
  const { slept, sleep } = impatience();
  const turns = new Turns(sleep, () => undefined);
  const release = await turns.acquire();
  const hold = turns.keep(async () => release());
  const waiting = turns.acquireBefore(10_000);
  setImmediate(() => hold.release());
  expect(await waiting).toBeTypeOf("function");
  expect(Math.max(...slept)).toBeLessThanOrEqual(50);
});

test("Turns.acquireBefore() waits for a hold as long as it was told, and then gives up its place", async () => {
  const { slept, sleep } = impatience();
  const turns = new Turns(sleep, () => undefined);
  const release = await turns.acquire();
  const hold = turns.keep(async () => release());
  expect(await turns.acquireBefore(10_000)).toBeUndefined();
  expect(sum(slept)).toBe(10_000);
  const next = turns.acquire();
  await hold.release();
  expect(await next).toBeTypeOf("function");
});

test("Turns.acquireBefore() counts no time before a hold begins, and that of each hold alone", async () => {
  const { slept, sleep } = impatience();
  const turns = new Turns(sleep, () => undefined);
  const ends = [await turns.acquire()];
  const turn = turns.acquire().then((end) => ends.push(end));
  const waiting = turns.acquireBefore(500);
  for (let i = 0; i < 20; i++) await eventLoop();
  expect(slept).toEqual([]);
  const first = turns.keep(async () => ends[0]?.());
  for (let i = 0; i < 6; i++) await eventLoop();
  expect(sum(slept)).toBeGreaterThan(250);
  await first.release();
  await turn;
  turns.keep(async () => ends[1]?.());
  slept.length = 0;
  expect(await waiting).toBeUndefined();
  expect(sum(slept)).toBeGreaterThanOrEqual(500);
});
