import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { EngineName } from "../engines/catalogue.ts";
import type { Figures } from "../trial/task.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** What was measured of one engine with one number of records, in one run: each figure's value in each round. */
export type Cell = Key & {
  /** The run's name. Rounds of two runs have nothing in common but their numbers. */
  readonly run: string;
  readonly figures: Readonly<Record<string, readonly (number | null)[]>>;
};

/** What a cell is about; `disk` is measured with `bulk`. */
export type Key = {
  readonly workload: WorkloadName | "disk" | "codec";
  readonly engine: EngineName | CodecRow;
  readonly records: number;
};

/** The rows of the codec's tables that targets are judged by; their `records` are bytes. */
export const CODEC_ROWS = ["codec: in linear memory", "codec: glue included"] as const;
export type CodecRow = (typeof CODEC_ROWS)[number];

/** What is not among the figures, and why. */
export type LeftOut = Key & { readonly reason: string };

/** Everything that was measured, perhaps in several runs. */
export type Results = {
  /** On what; several where they were measured in several places or on several days. */
  readonly machines: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  readonly leftOut: readonly LeftOut[];
  /** The name of the newest run. */
  readonly run: string;
  /** The sittings of a run that was stopped, to be gone on from. */
  readonly finished: readonly string[];
};

/** Before anything was measured. */
export const NOTHING: Results = {
  machines: [],
  versions: {},
  cells: [],
  leftOut: [],
  run: "",
  finished: [],
};

/** What was written there, or nothing. */
export function loadResults(path: URL): Results {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : NOTHING;
}

/** Writes them with one cell a line, so that two versions can be compared. */
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

/** A cell that has not been put into a run's results yet. */
export type NewCell = Omit<Cell, "run">;

/** The results with these cells, as of their run, in the place of those that they had of the same. */
export function withCells(results: Results, measured: readonly NewCell[]): Results {
  const cells = measured.map((cell): Cell => ({ ...cell, run: results.run }));
  const kept = results.cells.filter((one) => !cells.some((cell) => isSame(cell, one)));
  return { ...results, cells: [...kept, ...cells] };
}

/** The results with the reason why a cell has no figures, or no more of them. */
export function withReason(results: Results, key: Key, reason: string): Results {
  const { workload, engine, records } = key;
  const others = results.leftOut.filter((one) => !isSame(one, key));
  return { ...results, leftOut: [...others, { workload, engine, records, reason }] };
}

/** The results without what is about to be measured anew. */
export function without(results: Results, isAnew: (key: Key) => boolean): Results {
  const kept = results.cells.filter((cell) => !isAnew(cell));
  return {
    ...results,
    machines: kept.length === 0 ? [] : results.machines,
    cells: kept,
    leftOut: results.leftOut.filter((one) => !isAnew(one)),
    finished: [],
  };
}

/** One figure's values by round; empty where it was not measured. */
export function valuesOf(results: Results, key: Key, figure: string): readonly (number | null)[] {
  return results.cells.find((cell) => isSame(cell, key))?.figures[figure] ?? [];
}

/** Whether two were measured in one run, round by round in turns. */
export function isOfOneRun(results: Results, one: Key, other: Key): boolean {
  return runOf(results, one) === runOf(results, other);
}

function runOf(results: Results, key: Key): string | undefined {
  return results.cells.find((cell) => isSame(cell, key))?.run;
}

function isSame(one: Key, other: Key): boolean {
  return one.workload === other.workload && one.engine === other.engine && one.records === other.records;
}
