import type { EngineName } from "../engines/catalogue.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** What one process measures. */
export type Task = {
  readonly workload: WorkloadName;
  readonly engine: EngineName;
  /** How many records are committed, or are there already. */
  readonly records: number;
  /** The store's own: empty for the workload that fills it, and the others' store afterwards. */
  readonly folder: string;
  readonly effort: Effort;
  /** Whether the event loop is watched: that costs time itself, so that the other figures of such a process do not count. */
  readonly watched: boolean;
};

/** How often the small operations are repeated. */
export type Effort = {
  readonly singles: number;
  /** Rounds of {@link AT_ONCE} commits. */
  readonly bursts: number;
  readonly gets: number;
  /** Operations of each of {@link AT_ONCE} sessions. */
  readonly mixed: number;
};

/** How many sessions run at once where several do. */
export const AT_ONCE = 16;

/** What was found, by name: milliseconds, unless the name says otherwise. */
export type Figures = Readonly<Record<string, number>>;
