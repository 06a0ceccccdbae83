import { expect, test } from "vitest";
import { inLanes } from "./lanes.ts";

/** Work that ends when told, and a log of what was started. */
function start() {
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const work = (item: number) =>
    new Promise<void>((resolve, reject) => {
      begun.push(item);
      ends[item] = (error) => (error === undefined ? resolve() : reject(error));
    });
  const end = async (item: number, error?: Error) => {
    ends[item]?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, end };
}

test("inLanes() has so many items at work at once, begun in order", async () => {
  const { begun, work, end } = start();
  const all = inLanes([0, 1, 2, 3], 2, work);
  expect(begun).toEqual([0, 1]);
  await end(1);
  expect(begun).toEqual([0, 1, 2]);
  for (const item of [0, 2, 3]) await end(item);
  await all;
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("inLanes() begins nothing after an error, and throws the first once those at work have ended", async () => {
  const { begun, work, end } = start();
  let thrown: unknown;
  const all = inLanes([0, 1, 2, 3], 2, work).catch((error: unknown) => {
    thrown = error;
  });
  await end(1, new Error("the first"));
  expect([begun, thrown]).toEqual([[0, 1], undefined]);
  await end(0, new Error("the second"));
  await all;
  expect([begun, thrown]).toEqual([[0, 1], new Error("the first")]);
});
