/** Maps figures on a logarithmic axis to pixels; `ticks` are its grid lines. */
export type Scale = {
  readonly ticks: readonly number[];
  at(value: number): number;
};

/** A logarithmic axis for these figures, of which only positive ones count, from one pixel to another. */
export function logarithmic(values: readonly number[], from: number, to: number): Scale {
  const found = values.filter((value) => value > 0 && Number.isFinite(value));
  const positive = found.length === 0 ? [1] : found;
  const low = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return {
    ticks,
    at: (value) => from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from),
  };
}

/** A figure's label on an axis: 0.01, 100, 10k. */
export function tickName(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1000) return `${value / 1000}k`;
  return String(Number(value.toPrecision(1)));
}
