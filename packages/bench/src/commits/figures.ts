/** The middle of the figures, and how far they spread. */
export type Summary = { readonly median: number; readonly least: number; readonly most: number };

/** The middle one of the figures; the mean of the middle two where their number is even. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** The sum of the figures by their number. */
export function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** One figure a round, summed up. */
export function summary(figures: readonly number[]): Summary {
  return { median: median(figures), least: Math.min(...figures), most: Math.max(...figures) };
}

/** How many times as large each round's figure is as the other's of the same round; the middle of it. */
export function ratio(figures: readonly number[], others: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (others[round] ?? Number.NaN)));
}

/** A figure with three digits that count. */
export function shown(figure: number): string {
  if (!Number.isFinite(figure)) return "-";
  if (figure >= 100) return String(Math.round(figure));
  return figure.toFixed(figure >= 10 ? 1 : 2);
}

/** The middle, and the least and the most in brackets. */
export function spread({ median, least, most }: Summary): string {
  return `${shown(median)} (${shown(least)}-${shown(most)})`;
}
