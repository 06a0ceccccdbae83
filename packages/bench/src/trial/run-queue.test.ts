import { expect, test } from "vitest";
import { openRunQueue } from "./run-queue.ts";

test.runIf(process.platform === "linux")("openRunQueue() gives a time that never falls", () => {
  const queue = openRunQueue();
  const before = queue?.waited() ?? Number.NaN;
  for (const end = performance.now() + 10; performance.now() < end; );
  expect(before).toBeGreaterThanOrEqual(0);
  expect(queue?.waited()).toBeGreaterThanOrEqual(before);
  queue?.close();
});

test("openRunQueue() gives nothing if there is no such file", () => {
  expect(openRunQueue("/nowhere/schedstat")).toBeUndefined();
});
