import { logarithmic, tickName } from "./scale.ts";
import { element, picture, text } from "./svg.ts";

/** A line: its points are pairs of size and figure. */
export type Curve = {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly color: string;
  readonly bold: boolean;
  readonly dashed: boolean;
};

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [900, 520, 70, 250, 48, 56];
/** The least distance between names at the right edge. */
const APART = 14;

/** Lines on logarithmic axes, each labelled at its end. */
export function curveChart(title: string, xName: string, yName: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = logarithmic(
    points.map(([size]) => size),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = logarithmic(
    points.map(([, figure]) => figure),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...x.ticks.flatMap((tick) => [
      element("line", { x1: x.at(tick), x2: x.at(tick), y1: TOP, y2: HEIGHT - BOTTOM, stroke: "#dddddd" }),
      text(x.at(tick), HEIGHT - BOTTOM + 18, tickName(tick), { "text-anchor": "middle", fill: "#666666" }),
    ]),
    ...y.ticks.flatMap((tick) => [
      element("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y.at(tick), y2: y.at(tick), stroke: "#dddddd" }),
      text(LEFT - 8, y.at(tick) + 4, tickName(tick), { "text-anchor": "end", fill: "#666666" }),
    ]),
  ];
  const names = [
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, xName, { "text-anchor": "middle", fill: "#444444" }),
    text(18, (TOP + HEIGHT - BOTTOM) / 2, yName, {
      "text-anchor": "middle",
      fill: "#444444",
      transform: `rotate(-90 18 ${(TOP + HEIGHT - BOTTOM) / 2})`,
    }),
  ];
  const lines = curves.flatMap((curve) => line(curve, x.at, y.at));
  return picture(WIDTH, HEIGHT, title, [...grid, ...names, ...lines, ...labels(curves, x.at, y.at)]);
}

type At = (value: number) => number;

function line({ points, color, bold, dashed }: Curve, x: At, y: At): string[] {
  const places = points.map(([size, figure]) => `${x(size).toFixed(1)},${y(figure).toFixed(1)}`);
  const dots = points.map(([size, figure]) =>
    element("circle", { cx: x(size), cy: y(figure), r: bold ? 3.5 : 2.5, fill: color }),
  );
  return [
    element("polyline", {
      points: places.join(" "),
      fill: "none",
      stroke: color,
      "stroke-width": bold ? 3 : 1.4,
      ...(dashed ? { "stroke-dasharray": "5 4" } : {}),
    }),
    ...dots,
  ];
}

/** The names next to the lines' ends, pushed apart to avoid overlaps, each with a thin line to its end. */
function labels(curves: readonly Curve[], x: At, y: At): string[] {
  const ends = curves
    .flatMap((curve) => {
      const [size, figure] = curve.points.at(-1) ?? [];
      return size === undefined || figure === undefined ? [] : [{ curve, end: x(size), height: y(figure) }];
    })
    .sort((a, b) => a.height - b.height);
  const heights = apart(ends.map(({ height }) => height));
  const edge = WIDTH - RIGHT + 24;
  return ends.flatMap(({ curve, end, height }, i) => {
    const at = heights[i] ?? height;
    return [
      element("line", {
        x1: end + 5,
        x2: edge - 4,
        y1: height,
        y2: at,
        stroke: curve.color,
        "stroke-width": 0.7,
      }),
      text(edge, at + 4, curve.name, { fill: curve.color, ...(curve.bold ? { "font-weight": "bold" } : {}) }),
    ];
  });
}

/** Adjusts sorted heights so that they are a line of text apart, and all above the lower edge. */
export function apart(heights: readonly number[]): number[] {
  const down: number[] = [];
  for (const height of heights)
    down.push(Math.max(height, (down.at(-1) ?? Number.NEGATIVE_INFINITY) + APART));
  const result: number[] = [];
  let floor = HEIGHT - BOTTOM + APART;
  for (const height of down.reverse()) {
    floor = Math.min(height, floor - APART);
    result.unshift(floor);
  }
  return result;
}
