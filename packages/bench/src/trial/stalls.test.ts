import { expect, test } from "vitest";
import { longestOutside, watched } from "./stalls.ts";

test("longestOutside() takes off what was spent on collections, and only what overlaps", () => {
  const gaps = [
    { start: 0, end: 30, waited: 4 },
    { start: 50, end: 60 },
  ];
  expect(longestOutside(gaps, [])).toEqual({ held: 30, waited: 4 });
  expect(longestOutside(gaps, [{ start: 5, end: 28 }])).toEqual({ held: 10 });
  expect(
    longestOutside(gaps, [
      { start: -10, end: 10 },
      { start: 25, end: 40 },
    ]),
  ).toEqual({ held: 15, waited: 4 });
  expect(longestOutside([], [])).toEqual({ held: 0 });
});

test("watched() sees that the event loop is held, and gives nothing that it has slowed down", async () => {
  const figures = await watched(async () => {
    const end = performance.now() + 40;
    while (performance.now() < end);
    return { work: 1 };
  });
  const told = process.platform === "linux" ? ["gc", "held", "stall", "waited"] : ["gc", "held", "stall"];
  expect(Object.keys(figures).sort()).toEqual(told);
  // A collection in between is subtracted.
  expect(figures.held).toBeGreaterThan(20);
  expect(figures.stall).toBeGreaterThan(20);
});
