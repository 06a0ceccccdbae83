import type { Counts } from "./engines/counting-file-system.ts";
import type { Person } from "./records.ts";

/** A store under measurement, opened on one folder of its own. */
export interface Engine {
  /** From objects in memory to a commit that the engine calls done. */
  commit(records: readonly Person[]): Promise<void>;

  /** Resolves when everything committed stands where it belongs, where that is later than its commit. */
  settled?(): Promise<void>;

  /** Resolves when no work is left for later. */
  close(): Promise<void>;

  /** What was asked of the file system until now, where it can be counted. */
  counts?(): Counts;

  /** Milliseconds that each commit spent on validating and serialising, where it validates. */
  readonly queued?: readonly number[];
}

/** Opens a store in an empty folder. */
export type OpenEngine = (folder: string) => Promise<Engine>;
