import { table } from "../report/markdown.ts";

/** One measured figure, in microseconds. */
export type Row = { readonly name: string; readonly microseconds: number };

/** A row of the table. */
export function rowOf(name: string, microseconds: number): Row {
  return { name, microseconds };
}

/** The rows as Markdown. */
export function rowTable(rows: readonly Row[]): string {
  return table(
    ["what", "µs"],
    rows.map(({ name, microseconds }) => [name, microseconds.toFixed(microseconds < 100 ? 1 : 0)]),
  );
}
