import type { EngineName } from "../engines/catalogue.ts";
import type { Effort } from "../trial/task.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** What to do with stores of one size. */
export type Stage = {
  readonly records: number;
  readonly rounds: number;
  /** All workloads if omitted. */
  readonly workloads?: readonly WorkloadName[];
  /** Whether each round is repeated with the event loop watched. */
  readonly watched?: boolean;
  /** A process's time limit in milliseconds. What would exceed it, judging by a smaller size, is left out. */
  readonly limit: number;
};

/** Repeated so often that the figures are good long before the time limit for workloads on all records. */
const REPEATED: readonly WorkloadName[] = ["get", "gets", "exists", "mixed", "single", "burst"];

/** The time limit of a process, in milliseconds. */
export function limitOf({ limit }: Stage, workload: WorkloadName): number {
  return REPEATED.includes(workload) ? limit / 3 : limit;
}

/** How much to measure. */
export type Plan = { readonly stages: readonly Stage[]; readonly effort: Effort };

/** Operations that might block the event loop. */
export const WATCHED: readonly WorkloadName[] = [
  "bulk",
  "all",
  "stream",
  "filter",
  "gets",
  "count",
  "mixed",
  "update",
  "delete",
];

/** Workloads that show how the cost per record grows with the number of records. */
const SCALING: readonly WorkloadName[] = ["bulk", "all", "stream"];

/** The full measurement. */
export const FULL: Plan = {
  stages: [
    { records: 100, rounds: 3, workloads: SCALING, limit: 20_000 },
    { records: 1000, rounds: 3, limit: 20_000 },
    { records: 10_000, rounds: 3, watched: true, limit: 30_000 },
    { records: 100_000, rounds: 2, workloads: [...SCALING, "count"], limit: 60_000 },
  ],
  effort: { singles: 60, bursts: 20, gets: 1000, mixed: 50 },
};

/** A small one: to see that everything runs, not how fast. */
export const QUICK: Plan = {
  stages: [{ records: 200, rounds: 1, watched: true, limit: 20_000 }],
  effort: { singles: 5, bursts: 1, gets: 50, mixed: 10 },
};

type Asked = { readonly records: readonly number[] | undefined; readonly workloads: readonly WorkloadName[] };

/** Rotates the names from round to round. */
export function inTurn(names: readonly EngineName[], round: number): EngineName[] {
  if (names.length === 0) return [];
  const from = (round * 4) % names.length;
  return [...names.slice(from), ...names.slice(0, from)];
}

/** The sizes of stores that the options ask for. */
export function stagesOf({ stages }: Plan, { records, workloads }: Asked): Stage[] {
  return stages.filter(
    (stage) =>
      (records?.includes(stage.records) ?? true) &&
      workloads.some((name) => stage.workloads?.includes(name) ?? true),
  );
}
