/** One measured figure, in microseconds. */
export type Row = { readonly name: string; readonly microseconds: number };

/** A row of the table. */
export function rowOf(name: string, microseconds: number): Row {
  return { name, microseconds };
}

/** The middle of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

/** The rows as Markdown. */
export function table(rows: readonly Row[], caption: string): string {
  const lines = rows.map(({ name, microseconds }) => `| ${name} | ${shown(microseconds)} |`);
  return ["## Files on Node.js", "", `${caption}.`, "", "| what | µs |", "| --- | --: |", ...lines].join(
    "\n",
  );
}

function shown(microseconds: number): string {
  return microseconds.toFixed(microseconds < 100 ? 1 : 0);
}
