import type { EngineName } from "../engines/catalogue.ts";
import type { WorkloadName } from "../workloads/index.ts";

/** The task of one process. */
export type Task = {
  readonly workload: WorkloadName;
  readonly engine: EngineName;
  /** How many records are committed, or exist already. */
  readonly records: number;
  /** The store's folder: empty for the workload that fills it, and with a filled store for the others. */
  readonly folder: string;
  readonly effort: Effort;
  /** Whether the event loop is watched: this takes time, so other figures of such a process do not count. */
  readonly watched: boolean;
};

/** How often small operations are repeated. */
export type Effort = {
  readonly singles: number;
  /** Rounds of {@link AT_ONCE} commits. */
  readonly bursts: number;
  readonly gets: number;
  /** Operations in each of {@link AT_ONCE} sessions. */
  readonly mixed: number;
};

/** How many sessions run concurrently, if several do. */
export const AT_ONCE = 16;

/** Measured values by name, in milliseconds unless the name says otherwise. */
export type Figures = Readonly<Record<string, number>>;
