import type { ItemRecord } from "./items.ts";
import type { Call, Upkeep } from "./program.ts";
import type { Admitted } from "./witness.ts";

/** What a call gave: texts, of records and the like; or the code of the error that it threw. */
export type Outcome =
  | { readonly texts: readonly string[] }
  | { readonly code: string; readonly error: unknown };

/** A record that a stream gave, and how many calls its session had made by then. */
export type Row = { readonly filename: string; readonly text: string; readonly calls: number };

/** A call as it was made; moments are numbers that only grow. */
export type Entry = {
  readonly call: Call;
  readonly began: number;
  ended: number;
  outcome: Outcome;
  /** Of a stream. */
  readonly rows: Row[];
};

/** The database that a call was made of. */
export type Origin = {
  readonly process: number;
  /** When it was made, or an earlier one of its process that was open then: they share a store. */
  readonly opened: number;
  /** Whether it was made without a key for a store that is sealed later. */
  readonly isKeyless: boolean;
  /** Whether an acknowledged commit is to survive a power cut. */
  readonly isDurable: boolean;
};

/** The calls of one session, in the order in which they were made. */
export type Unit = Origin & { readonly entries: Entry[] };

/** Work on the whole store. */
export type Tended = Origin & {
  readonly upkeep: Upkeep;
  readonly began: number;
  ended: number;
  outcome: Outcome;
};

/** A process closed or opened its store, or somebody recovered it, and may have emptied the journal. */
export type Turnover = { readonly process: number; readonly began: number; ended: number };

/**
 * All sessions of all processes ended: at once, as the power was cut; or because the store was closed, and records
 * were damaged, in whose place there is something that cannot be read.
 */
export type Interruption = {
  readonly moment: number;
  readonly isCut: boolean;
  readonly damaged: ReadonlyMap<string, ItemRecord>;
};

/** The log has told that a record was left out. */
export type Skipped = { readonly process: number; readonly moment: number; readonly name: string };

/** A callback's runs, and how it ended. */
export type Rerun = Origin & {
  readonly began: number;
  ended: number;
  readonly retries: number;
  readonly fails: boolean;
  readonly units: Unit[];
  outcome: Outcome;
};

/** Everything that happened while a program was played. */
export type Trace = {
  readonly units: readonly Unit[];
  readonly turnovers: readonly Turnover[];
  readonly reruns: readonly Rerun[];
  readonly upkeep: readonly Tended[];
  /** In the order in which they were made. */
  readonly admitted: readonly Admitted[];
  readonly skipped: readonly Skipped[];
  /** In their order. */
  readonly interruptions: readonly Interruption[];
  /** Whether the store was sealed whole before all this. */
  readonly isSealed: boolean;
  /** Whether the write lock may have stayed taken for longer than others wait. */
  readonly hasPauses: boolean;
};

/** Of a call that has not ended. */
export const UNFINISHED: Outcome = { code: "UNFINISHED", error: undefined };

/** Whether its process was killed before a call ended. */
export function isCutOff(outcome: Outcome): boolean {
  return codeOf(outcome) === "DIED";
}

/** The code of a call's error; `undefined` if it succeeded. */
export function codeOf(outcome: Outcome): string | undefined {
  return "code" in outcome ? outcome.code : undefined;
}
