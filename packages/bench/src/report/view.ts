import { CATALOGUE, ENGINE_NAMES, type EngineName } from "../engines/catalogue.ts";
import { isOfOneRun, type Key, type Results, valuesOf } from "../harness/results.ts";
import { combined, median, type Rounds, ratio } from "./statistics.ts";

/** A figure of a workload; `times` changes its unit, `less` is a figure of the same cell to be taken off. */
export type Measure = {
  readonly workload: Key["workload"];
  readonly figure: string;
  readonly times?: number;
  readonly less?: string;
};

/** The results as tables and plots ask for them. */
export class View {
  readonly results: Results;

  constructor(results: Results) {
    this.results = results;
  }

  /** A figure's values, round by round; empty where it was not measured. */
  rounds(engine: Key["engine"], records: number, { workload, figure, times = 1, less }: Measure): Rounds {
    const read = (name: string): number[] =>
      valuesOf(this.results, { workload, engine, records }, name).map((value) => value ?? Number.NaN);
    const values =
      less === undefined ? read(figure) : combined(read(figure), read(less), (one, other) => one - other);
    return values.map((value) => value * times);
  }

  median(engine: Key["engine"], records: number, measure: Measure): number {
    return median(this.rounds(engine, records, measure));
  }

  /** How many times as much one takes as another, in the middle of the rounds that both have; NaN where those are of two runs. */
  ratio(
    one: EngineName,
    measure: Measure,
    other: EngineName,
    otherMeasure: Measure,
    records: number,
  ): number {
    const [key, otherKey] = [
      { workload: measure.workload, engine: one, records },
      { workload: otherMeasure.workload, engine: other, records },
    ];
    if (!isOfOneRun(this.results, key, otherKey)) return Number.NaN;
    return ratio(this.rounds(one, records, measure), this.rounds(other, records, otherMeasure));
  }

  /** Those that have the figure, in the order of the catalogue. */
  having(records: number, ...measures: readonly Measure[]): EngineName[] {
    return ENGINE_NAMES.filter((engine) =>
      measures.some((measure) => !Number.isNaN(this.median(engine, records, measure))),
    );
  }

  /** The sizes at which anything of this workload was measured, in order. */
  sizes(workload: Key["workload"]): number[] {
    const sizes = this.results.cells
      .filter((cell) => cell.workload === workload)
      .map(({ records }) => records);
    return [...new Set(sizes)].sort((a, b) => a - b);
  }
}

/** The size that most tables are about: 10,000, or the largest that was measured in full. */
export function mainSize(view: View): number {
  return view.sizes("filter").at(-1) ?? view.sizes("bulk").at(-1) ?? 0;
}

/** How an engine is called in tables. */
export function titleOf(engine: EngineName): string {
  return CATALOGUE[engine].title;
}

/** A number of things with its thousands apart. */
export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
