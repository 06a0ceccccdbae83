import { describe, expect, test } from "vitest";
import { median, ratio, shown, spread, summary } from "./statistics.ts";

describe("median()", () => {
  test("is the middle one, whatever the order, or the mean of the middle two", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test("does not count rounds without a figure", () => {
    expect(median([Number.NaN, 7, Number.NaN])).toBe(7);
    expect(median([])).toBeNaN();
  });
});

describe("summary()", () => {
  test("gives the least and the most of the rounds that have a figure", () => {
    expect(summary([3, Number.NaN, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  });

  test("is no number if no round has a figure", () => {
    expect(summary([Number.NaN])).toEqual({ median: Number.NaN, least: Number.NaN, most: Number.NaN });
  });
});

describe("ratio()", () => {
  test("is taken within a round, and not of two medians", () => {
    expect(ratio([10, 1, 8], [5, 1, 1])).toBe(2);
    expect(median([10, 1, 8]) / median([5, 1, 1])).toBe(8);
  });

  test("leaves out a round that one of the two does not have", () => {
    expect(ratio([10, 30], [5])).toBe(2);
    expect(ratio([Number.NaN, 30], [5, 10])).toBe(3);
  });
});

describe("shown()", () => {
  test.each([
    [1234.5, "1235"],
    [12.345, "12.3"],
    [1.2345, "1.23"],
    [0.0012345, "0.0012"],
    [0, "0.00"],
    [Number.NaN, "-"],
    [Number.POSITIVE_INFINITY, "-"],
  ])("writes %d as %s", (figure, text) => {
    expect(shown(figure)).toBe(text);
  });
});

describe("spread()", () => {
  test("names the ends only if there are two", () => {
    expect(spread([2, 1, 3])).toBe("2.00 (1.00-3.00)");
    expect(spread([2, Number.NaN])).toBe("2.00");
    expect(spread([])).toBe("-");
  });
});
