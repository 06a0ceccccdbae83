import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { EngineName } from "../engines/catalogue.ts";
import type { Figures } from "../trial/task.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** The measurements of one engine with one number of records in one run: each figure's value per round. */
export type Cell = Key & {
  /** The run's name, which the oldest figures lack. Rounds of different runs are not comparable. */
  readonly run?: string;
  readonly figures: Readonly<Record<string, readonly (number | null)[]>>;
};

/** What a cell measures; `disk` is measured with `bulk`. */
export type Key = {
  readonly workload: WorkloadName | "disk" | "codec";
  readonly engine: EngineName | CodecRow;
  readonly records: number;
};

/** The rows of the codec's tables that the targets use; their `records` are bytes. */
export const CODEC_ROWS = ["codec: in linear memory", "codec: glue included"] as const;
export type CodecRow = (typeof CODEC_ROWS)[number];

/** What was not measured, and why. */
export type LeftOut = Key & { readonly reason: string };

/** All measurements, possibly of several runs. */
export type Results = {
  /** Where and when each run was; several for a run that was stopped and went on the next day. */
  readonly machines: readonly { readonly run: string; readonly machine: string }[];
  readonly versions: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  readonly leftOut: readonly LeftOut[];
  /** The name of the newest run. */
  readonly run: string;
  /** What the newest run was asked for, which the oldest data lack. */
  readonly asked?: string;
  /** The finished sittings of a run that was stopped, for `--resume`. */
  readonly finished: readonly string[];
};

/** No measurements. */
export const NOTHING: Results = {
  machines: [],
  versions: {},
  cells: [],
  leftOut: [],
  run: "",
  finished: [],
};

/** Loads saved results, or none. */
export function loadResults(path: URL): Results {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : NOTHING;
}

/** Writes the results with one cell per line, so that versions can be compared. */
export function saveResults(path: URL, results: Results): void {
  const fields = Object.entries(results).map(([name, value]) => {
    if (!Array.isArray(value)) return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return `${JSON.stringify(name)}: [\n${value.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  });
  writeFileSync(path, `{\n${fields.join(",\n")}\n}\n`);
}

/** The results with one round's figures added to its cell. */
export function withFigures(results: Results, key: Key, round: number, figures: Figures): Results {
  const known = results.cells.find((cell) => isSame(cell, key));
  const merged: Record<string, readonly (number | null)[]> = { ...known?.figures };
  for (const [name, value] of Object.entries(figures)) {
    const values = Array.from(
      { length: Math.max(round + 1, merged[name]?.length ?? 0) },
      (_, i) => merged[name]?.[i] ?? null,
    );
    values[round] = Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
    merged[name] = values;
  }
  const { workload, engine, records } = key;
  const cell: Cell = { workload, engine, records, run: results.run, figures: merged };
  const cells =
    known === undefined ? [...results.cells, cell] : results.cells.map((one) => (one === known ? cell : one));
  return { ...results, cells };
}

/** A cell that is not part of a run's results yet. */
export type NewCell = Omit<Cell, "run">;

/** The results with these cells added to the run, replacing older ones of the same keys. */
export function withCells(results: Results, measured: readonly NewCell[]): Results {
  const cells = measured.map((cell): Cell => ({ ...cell, run: results.run }));
  const kept = results.cells.filter((one) => !cells.some((cell) => isSame(cell, one)));
  return { ...results, cells: [...kept, ...cells] };
}

/** The results with the reason why a cell has no figures, or no further ones. */
export function withReason(results: Results, key: Key, reason: string): Results {
  const { workload, engine, records } = key;
  const others = results.leftOut.filter((one) => !isSame(one, key));
  return { ...results, leftOut: [...others, { workload, engine, records, reason }] };
}

/** The results without what is about to be measured again. */
export function without(results: Results, isAnew: (key: Key) => boolean): Results {
  const kept = results.cells.filter((cell) => !isAnew(cell));
  return {
    ...results,
    machines: results.machines.filter(({ run }) => kept.some((cell) => cell.run === run)),
    cells: kept,
    leftOut: results.leftOut.filter((one) => !isAnew(one)),
    finished: [],
  };
}

/** A figure's values by round; empty if it was not measured. */
export function valuesOf(results: Results, key: Key, figure: string): readonly (number | null)[] {
  return results.cells.find((cell) => isSame(cell, key))?.figures[figure] ?? [];
}

/** Whether both are known to be of the same run, in which they were measured in alternation. */
export function isOfOneRun(results: Results, one: Key, other: Key): boolean {
  const run = runOf(results, one);
  return isSame(one, other) || (run !== undefined && run === runOf(results, other));
}

function runOf(results: Results, key: Key): string | undefined {
  return results.cells.find((cell) => isSame(cell, key))?.run;
}

/** Whether both are about the same figures. */
export function isSame(one: Key, other: Key): boolean {
  return one.workload === other.workload && one.engine === other.engine && one.records === other.records;
}
