/** The median of figures, and their range. */
export type Summary = { readonly median: number; readonly least: number; readonly most: number };

/** A figure's values by round; NaN for a round without one. */
export type Rounds = readonly number[];

/** The median, ignoring NaN; the mean of the middle two if their number is even. */
export function median(figures: readonly number[]): number {
  const sorted = figures.filter((figure) => !Number.isNaN(figure)).sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** Summarises a figure's rounds. */
export function summary(figures: Rounds): Summary {
  const found = figures.filter((figure) => !Number.isNaN(figure));
  const nothing = found.length === 0 ? Number.NaN : undefined;
  return {
    median: median(found),
    least: nothing ?? Math.min(...found),
    most: nothing ?? Math.max(...found),
  };
}

/** The median of the rounds' ratios. */
export function ratio(figures: Rounds, others: Rounds): number {
  return median(figures.map((figure, round) => figure / (others[round] ?? Number.NaN)));
}

/** Combines two figures round by round. */
export function combined(
  figures: Rounds,
  others: Rounds,
  by: (one: number, other: number) => number,
): number[] {
  return figures.map((figure, round) => by(figure, others[round] ?? Number.NaN));
}

/** A figure with about three significant digits. */
export function shown(figure: number): string {
  if (!Number.isFinite(figure)) return "-";
  if (figure >= 100) return String(Math.round(figure));
  if (figure >= 10) return figure.toFixed(1);
  return figure >= 0.1 || figure === 0 ? figure.toFixed(2) : figure.toPrecision(2);
}

/** The median, with the least and the most in brackets. */
export function spread(figures: Rounds): string {
  const { median: middle, least, most } = summary(figures);
  if (Number.isNaN(middle)) return "-";
  return least === most ? shown(middle) : `${shown(middle)} (${shown(least)}-${shown(most)})`;
}
