import { describe, expect, test } from "vitest";
import { NOTHING, withFigures } from "../harness/results.ts";
import { barChart } from "./bars.ts";
import { apart, curveChart } from "./curves.ts";
import { plots } from "./plots.ts";
import { logarithmic, tickName } from "./scale.ts";
import { View } from "./view.ts";

describe("logarithmic()", () => {
  test("maps powers of ten at equal distances and holds all figures", () => {
    const scale = logarithmic([3, 250], 100, 400);
    expect(scale.ticks).toEqual([1, 10, 100, 1000]);
    expect(scale.ticks.map(scale.at)).toEqual([100, 200, 300, 400]);
  });

  test("has two ticks if all figures are alike", () => {
    expect(logarithmic([10], 0, 1).ticks).toEqual([10, 100]);
  });
});

test("plots() shows an engine that never holds the event loop in the plot of it, too", () => {
  const key = (engine: "baba" | "lowdb", workload: "all" | "filter") => ({
    workload,
    engine,
    records: 10_000,
  });
  const others = withFigures(NOTHING, key("baba", "filter"), 0, { cold: 1 });
  for (const held of [5, 0]) {
    const ours = withFigures(others, key("baba", "all"), 0, { held });
    const both = withFigures(ours, key("lowdb", "all"), 0, { held: 0 });
    const plot = plots(new View(both)).find(({ name }) => name === "event-loop");
    expect(plot?.svg).toContain(">lowdb</text>");
    expect(plot?.svg).not.toContain("NaN");
  }
});

test("tickName() is short", () => {
  expect([0.01, 1, 1000, 100_000, 1e6].map(tickName)).toEqual(["0.01", "1", "1k", "100k", "1M"]);
});

test("apart() keeps names in their order and lines of text apart, also at the lower edge", () => {
  const heights = apart([100, 101, 102, 463, 464, 464]);
  for (const [i, height] of heights.entries()) {
    expect(height - (heights[i - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(14);
    expect(height).toBeLessThanOrEqual(464);
  }
});

describe("barChart()", () => {
  const bar = (name: string, value: number) => ({
    name,
    value,
    least: value,
    most: value,
    color: "#000000",
    note: "",
  });

  test("puts the shortest first and escapes names", () => {
    const svg = barChart("Title", "ms", [bar("slow", 50), bar("a < b & c", 5)], [["#000000", "all"]]);
    expect(svg.indexOf("a &lt; b &amp; c")).toBeGreaterThan(0);
    expect(svg.indexOf("a &lt; b &amp; c")).toBeLessThan(svg.indexOf(">slow<"));
  });

  test("keeps the line of a bar's rounds on the axis", () => {
    const svg = barChart("Title", "ms", [bar("steady", 5), { ...bar("now and then", 90), most: 5000 }], []);
    const [, end] = /x2="([\d.]+)"[^>]*stroke="#222222"/.exec(svg) ?? [];
    const ticks = [...svg.matchAll(/x2="([\d.]+)"[^>]*stroke="#dddddd"/g)].map(([, x]) => Number(x));
    expect(Number(end)).toBeLessThanOrEqual(Math.max(...ticks));
  });

  test("draws a longer bar for a larger figure", () => {
    const svg = barChart("Title", "ms", [bar("one", 5), bar("two", 50)], []);
    const widths = [...svg.matchAll(/width="([\d.]+)" height="14"/g)].map((match) => Number(match[1]));
    expect(widths).toHaveLength(2);
    expect(widths[0]).toBeLessThan(widths[1] ?? 0);
  });
});

test("curveChart() draws a point for each figure and a name for each line", () => {
  const curve = {
    name: "one",
    points: [
      [100, 5],
      [1000, 7],
      [10_000, 9],
    ] as const,
    color: "#000000",
    bold: true,
    dashed: false,
  };
  const svg = curveChart("Title", "x", "y", [curve, { ...curve, name: "two" }]);
  expect(svg.match(/<circle/g)).toHaveLength(6);
  expect(svg.match(/>(one|two)</g)).toHaveLength(2);
});

test.each([
  ["baba-relaxed", "synced later"],
  ["conf", "name not synced"],
  ["nedb", "not synced"],
] as const)("plots() says beside the bar of %s that a power cut may cost a commit: %s", (engine, note) => {
  const key = (name: typeof engine | "baba") =>
    ({ workload: "bulk", engine: name, records: 10_000 }) as const;
  const ours = withFigures(NOTHING, key("baba"), 0, { settled: 5 });
  const both = withFigures(ours, key(engine), 0, { settled: 4 });
  const plot = plots(new View(both)).find(({ name }) => name === "bulk-commit");
  expect(plot?.svg).toContain(`>${note}</tspan>`);
});
