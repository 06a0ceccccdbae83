import { logarithmic, tickName } from "./scale.ts";
import { shown } from "./statistics.ts";
import { element, picture, text } from "./svg.ts";

/** A bar, with the least and the most of its rounds. */
export type Bar = {
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly color: string;
  /** Shown after the figure: what the engine promises. */
  readonly note: string;
};

/** On the left is room for the longest name, in the widest of the fonts. */
const [WIDTH, LEFT, RIGHT, TOP, ROW] = [900, 300, 175, 76, 20];

/** Horizontal bars on a logarithmic axis, shortest first; `legend` pairs colours with their meaning. */
export function barChart(
  title: string,
  unit: string,
  bars: readonly Bar[],
  legend: readonly (readonly [string, string])[],
): string {
  const sorted = [...bars].sort((a, b) => a.value - b.value);
  const [end, bottom] = [WIDTH - RIGHT, TOP + sorted.length * ROW];
  const scale = logarithmic(
    sorted.flatMap(({ value, least, most }) => [value, least, most]),
    LEFT,
    end,
  );
  const grid = scale.ticks.flatMap((tick) => [
    element("line", { x1: scale.at(tick), x2: scale.at(tick), y1: TOP - 4, y2: bottom, stroke: "#dddddd" }),
    text(scale.at(tick), TOP - 8, tickName(tick), { "text-anchor": "middle", fill: "#666666" }),
  ]);
  const rows = sorted.flatMap((bar, i) => row(bar, TOP + i * ROW, scale.at));
  return picture(WIDTH, bottom + 16, `${title} (${unit}, logarithmic)`, [
    ...legendRow(legend),
    ...grid,
    ...rows,
  ]);
}

function row(
  { name, value, least, most, color, note }: Bar,
  y: number,
  at: (value: number) => number,
): string[] {
  const [middle, end] = [y + ROW / 2, at(value)];
  const whisker =
    most > least
      ? [element("line", { x1: at(least), x2: at(most), y1: middle, y2: middle, stroke: "#222222" })]
      : [];
  const label = Math.max(end, most > least ? at(most) : end) + 6;
  return [
    text(LEFT - 8, middle + 4, name, {
      "text-anchor": "end",
      ...(name.startsWith("BabaDB") ? { "font-weight": "bold" } : {}),
    }),
    element("rect", { x: LEFT, y: y + 3, width: Math.max(1, end - LEFT), height: ROW - 6, fill: color }),
    ...whisker,
    element("text", { x: label, y: middle + 4 }, `${shown(value)} <tspan fill="#777777">${note}</tspan>`),
  ];
}

function legendRow(legend: readonly (readonly [string, string])[]): string[] {
  let x = 16;
  return legend.flatMap(([color, words]) => {
    const at = x;
    x += 36 + words.length * 7;
    return [element("rect", { x: at, y: 37, width: 12, height: 12, fill: color }), text(at + 17, 47, words)];
  });
}
