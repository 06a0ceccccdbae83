import { expect, test } from "vitest";
import { longestOutside, watched } from "./stalls.ts";

test("longestOutside takes off what was spent on collections, and only what overlaps", () => {
  const gaps = [
    { start: 0, end: 30 },
    { start: 50, end: 60 },
  ];
  expect(longestOutside(gaps, [])).toBe(30);
  expect(longestOutside(gaps, [{ start: 5, end: 28 }])).toBe(10);
  expect(
    longestOutside(gaps, [
      { start: -10, end: 10 },
      { start: 25, end: 40 },
    ]),
  ).toBe(15);
});

test("watched sees that the event loop is held, and gives nothing that it has slowed down", async () => {
  const figures = await watched(async () => {
    const end = performance.now() + 40;
    while (performance.now() < end);
    return { work: 1 };
  });
  expect(Object.keys(figures).sort()).toEqual(["gc", "held", "stall"]);
  // A collection in between is taken off.
  expect(figures.held).toBeGreaterThan(20);
  expect(figures.stall).toBeGreaterThan(20);
});
