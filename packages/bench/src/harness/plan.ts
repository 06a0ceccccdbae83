import type { EngineName } from "../engines/catalogue.ts";
import type { Effort } from "../trial/task.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** What is done with stores of one size. */
export type Stage = {
  readonly records: number;
  readonly rounds: number;
  /** All of them where it is not given. */
  readonly workloads?: readonly WorkloadName[];
  /** Whether each round is gone through once more with the event loop watched. */
  readonly watched?: boolean;
  /** How long one process may take, in milliseconds. What would take longer, judged by a smaller size, is left out. */
  readonly limit: number;
};

/** What is repeated so often that the figures are good long before the limit of what handles all records. */
const REPEATED: readonly WorkloadName[] = ["get", "gets", "exists", "mixed", "single", "burst"];

/** The longest time for one process, in milliseconds. */
export function limitOf({ limit }: Stage, workload: WorkloadName): number {
  return REPEATED.includes(workload) ? limit / 3 : limit;
}

/** How much is measured. */
export type Plan = { readonly stages: readonly Stage[]; readonly effort: Effort };

/** Operations that may hold the event loop for long. */
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

/** What shows how the cost of a record grows with their number. */
const SCALING: readonly WorkloadName[] = ["bulk", "all", "stream"];

/** The whole measurement. */
export const FULL: Plan = {
  stages: [
    { records: 100, rounds: 3, workloads: SCALING, limit: 20_000 },
    { records: 1000, rounds: 3, limit: 20_000 },
    { records: 10_000, rounds: 3, watched: true, limit: 30_000 },
    { records: 100_000, rounds: 2, workloads: [...SCALING, "count"], limit: 60_000 },
  ],
  effort: { singles: 60, bursts: 20, gets: 1000, mixed: 50 },
};

/** The same in small: whether it runs, not how fast anything is. */
export const QUICK: Plan = {
  stages: [{ records: 200, rounds: 1, watched: true, limit: 20_000 }],
  effort: { singles: 5, bursts: 1, gets: 50, mixed: 10 },
};

/** The names in an order that differs from round to round, so that none always follows the same one. */
export function inTurn(names: readonly EngineName[], round: number): EngineName[] {
  if (names.length === 0) return [];
  const from = (round * 4) % names.length;
  return [...names.slice(from), ...names.slice(0, from)];
}
