import { CATALOGUE, ENGINE_NAMES, type EngineName } from "../engines/catalogue.ts";
import { isOfOneRun, type Key, type Results, valuesOf } from "../harness/results.ts";
import { combined, median, type Rounds, ratio } from "./statistics.ts";

/** A figure of a workload; `times` converts its unit, `less` is another figure of the cell to subtract. */
export type Measure = {
  readonly workload: Key["workload"];
  readonly figure: string;
  readonly times?: number;
  readonly less?: string;
};

/** Queries on the results for tables and plots. */
export class View {
  readonly results: Results;

  constructor(results: Results) {
    this.results = results;
  }

  /** A figure's values by round; empty if it was not measured. */
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

  /** The median ratio of two figures over the rounds that both have; NaN if they are from different runs. */
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

  /** The engines with one of these figures, in the order of the catalogue. */
  having(records: number, ...measures: readonly Measure[]): EngineName[] {
    return ENGINE_NAMES.filter((engine) =>
      measures.some((measure) => !Number.isNaN(this.median(engine, records, measure))),
    );
  }

  /** The sizes at which this workload was measured, sorted. */
  sizes(workload: Key["workload"]): number[] {
    const sizes = this.results.cells
      .filter((cell) => cell.workload === workload)
      .map(({ records }) => records);
    return [...new Set(sizes)].sort((a, b) => a - b);
  }
}

/** The size for most tables: 10,000, or the largest that was measured in full. */
export function mainSize(view: View): number {
  return view.sizes("filter").at(-1) ?? view.sizes("bulk").at(-1) ?? 0;
}

/** An engine's name in tables. */
export function titleOf(engine: EngineName): string {
  return CATALOGUE[engine].title;
}

/** Formats a number with thousands separators. */
export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
