import type { Anomaly } from "./anomaly.ts";
import { componentsOf } from "./components.ts";
import { CycleSearch } from "./cycles.ts";
import { explainCycle } from "./explain.ts";
import { dependencyGraph, GLUE, type Graph, PROCESS, REAL_TIME, RW, WR, WW } from "./graph.ts";
import type { Transaction } from "./history.ts";
import { type Observed, observe } from "./observe.ts";
import { recoverVersions } from "./versions.ts";

/** What the checker found. */
export type HistoryReport = {
  /** Transactions that took effect, including those of unknown outcome that someone saw. */
  readonly transactions: number;
  /** Empty if the history is strictly serializable. */
  readonly anomalies: readonly Anomaly[];
};

/**
 * Checks whether a history is strictly serializable: whether the transactions could have run one after
 * another, each at one moment between its start and its completion.
 *
 * The check is exact: every anomaly is a proof, and without one there is such an order (an order that the
 * dependencies allow explains every read). Time and memory grow linearly with the operations and the numbers
 * read. Of several entangled cycles, one of the gravest kind is reported.
 *
 * @throws {RangeError} if a number was appended twice to a key, or transactions of one client overlap
 *
 * @example
 * ```ts
 * import { checkHistory } from "@baba/core/testing";
 * const outcome = "committed";
 * const report = checkHistory([
 *   { process: "a", id: "T1", start: 1, complete: 2, outcome, operations: [{ kind: "append", key: "x", value: 1 }] },
 *   { process: "b", id: "T2", start: 3, complete: 4, outcome, operations: [{ kind: "read", key: "x", result: [] }] },
 * ]);
 * console.log(report.anomalies[0]?.kind); // real-time
 * ```
 */
export function checkHistory(history: readonly Transaction[]): HistoryReport {
  const observed = observe(history);
  const versions = recoverVersions(observed);
  const graph = dependencyGraph(observed, versions.orders);
  const cycles = cyclesOf(graph, observed, versions.lostUpdates);
  return {
    transactions: observed.nodes.length,
    anomalies: [...observed.anomalies, ...versions.anomalies, ...cycles],
  };
}

type Phase = { readonly tangled: number; readonly first: number; readonly rest: number };

const WRITES: number = GLUE | WW;
const INFORMATION: number = WRITES | WR;
const DEPENDENCIES: number = INFORMATION | RW;
const SESSIONS: number = DEPENDENCIES | PROCESS;

/** G0 and G1c, which are graver than a lost update. */
const GRAVER: readonly Phase[] = [whole(WRITES), whole(INFORMATION)];
/** G-single (one rw, and then none), G2, process order, real time. */
const LIGHTER: readonly Phase[] = [
  { tangled: DEPENDENCIES, first: RW, rest: INFORMATION },
  whole(DEPENDENCIES),
  whole(SESSIONS),
  whole(SESSIONS | REAL_TIME),
];

function whole(kinds: number): Phase {
  return { tangled: kinds, first: kinds, rest: kinds };
}

/** From grave to light; a component with a transaction already found guilty is not searched again. */
function cyclesOf(graph: Graph, observed: Observed, lostUpdates: readonly (readonly number[])[]): Anomaly[] {
  const search = new CycleSearch(graph);
  const guilty = new Set<number>();
  const run = (phase: Phase): Anomaly[] => {
    const components = componentsOf(graph, phase.tangled);
    return components.tangles.flatMap((tangle) => {
      if (tangle.some((node) => guilty.has(node))) return [];
      const cycle = search.shortest(components, tangle, phase.first, phase.rest);
      if (cycle === undefined) return [];
      for (const node of tangle) guilty.add(node);
      return [explainCycle(observed, cycle)];
    });
  };
  const graver = GRAVER.flatMap(run);
  for (const node of lostUpdates.flat()) guilty.add(node);
  return [...graver, ...LIGHTER.flatMap(run)];
}
