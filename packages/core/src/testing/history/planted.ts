import type { AnomalyKind } from "./anomaly.ts";
import type { Operation, Outcome, Transaction } from "./history.ts";

/** A history with one known fault, or none. */
export type PlantedHistory = {
  readonly title: string;
  /** The only kind that a checker may report; `undefined` if the history is strictly serializable. */
  readonly kind: AnomalyKind | undefined;
  readonly history: readonly Transaction[];
};

/**
 * Histories that a checker must judge correctly before it may judge a database.
 *
 * In short form: `T1 2-5 a x+1 x[1,2] y[]` is transaction T1 from 2 to 5 of client `a`, which appended 1 to
 * x, then read x and y; without times all overlap, without a client each has its own; `!` aborted, `?`
 * unknown.
 *
 * @example
 * ```ts
 * import { checkHistory, PLANTED_HISTORIES } from "@baba/core/testing";
 * const misjudged = PLANTED_HISTORIES.filter(({ kind, history }) => checkHistory(history).anomalies[0]?.kind !== kind);
 * console.log(misjudged); // []
 * ```
 */
export const PLANTED_HISTORIES: readonly PlantedHistory[] = [
  planted("an empty history", undefined),
  planted(
    "a serial history",
    undefined,
    "T1 1-2 a x+1 y+1",
    "T2 3-4 b x[1] x+2 x[1,2]",
    "T3 5-6 a x[1,2] y[1]",
  ),
  planted(
    "an interleaved, serializable history",
    undefined,
    "T1 x[1] y+2",
    "T2 x+1 y[]",
    "T3 x[1] y[2]",
    "T4 x[] y[]",
  ),
  planted(
    "a commit of unknown outcome that was seen",
    undefined,
    "T1? 1-2 a x+1 y+1",
    "T2 3-4 b x[]",
    "T3 5-6 b x[1] y[1]",
  ),
  planted("a commit of unknown outcome that was not", undefined, "T1? 1-2 a x+1", "T2 3-4 b x[]"),
  planted("an aborted append that nobody saw", undefined, "T1! 1-2 a x+1 y[9]", "T2 3-4 b x[]"),
  planted("listings in any order", undefined, "T1 d/+1", "T2 d/+2", "T3 d/[2]", "T4 d/[2,1]", "T5 d/[1,2]"),
  planted(
    "an insert into a listing that was made before",
    undefined,
    "T1 1-4 a d/[] d/+1 d/[1]",
    "T2 2-5 b d/[1] d/+2",
  ),

  planted("a read that began as an append completed", undefined, "T1 1-3 a x+1", "T2 3-4 b x[]"),

  planted("a number twice in a read", "duplicate-elements", "T1 x+1", "T2 x[1,1]"),
  planted(
    "a number twice, and nothing else wrong",
    "duplicate-elements",
    "T1 x+1",
    "T2 x+2",
    "T3 x[1,1,2]",
    "T4 x[1,2]",
  ),
  planted("a number from nowhere", "garbage-read", "T1 x+1", "T2 x[1,7]"),
  planted("an own append not seen", "internal", "T1 x+1 x[]"),
  planted("a read that was not repeatable", "internal", "T1 x+1", "T2 x[] x[1]"),
  planted("an append that was read before it was made", "internal", "T1 x[1] x+1"),
  planted("an append read too early beside another's", "internal", "T1 x[1,2] x+1", "T2 x+2"),
  planted("an own creation not listed", "internal", "T1 d/+1", "T2 d/+2 d/[1]"),
  planted(
    "two orders of the same appends",
    "incompatible-order",
    "T1 x+1",
    "T2 x+2",
    "T3 x[1,2]",
    "T4 x[2,1]",
  ),
  planted("a transaction's appends reversed", "impossible-order", "T1 x+1 x+2", "T2 x[2,1]"),
  planted("an aborted append read", "G1a", "T1! x+1", "T2 x[1]"),
  planted(
    "an aborted append beneath others",
    "G1a",
    "T1! x+1",
    "T2 x+2",
    "T3 x[1,2]",
    "T4 x[1,2]",
    "T5 x[2]",
  ),
  planted("an aborted creation listed", "G1a", "T1! d/+1", "T2 d/[1]"),
  planted("the first of two appends read", "G1b", "T1 x+1 x+2", "T2 x[1]", "T3 x[1,2]"),
  planted("the first of two creations listed", "G1b", "T1 d/+1 d/+2", "T2 d/[1]"),
  planted("two increments of one version", "lost-update", "T1 x[] x+1", "T2 x[] x+2", "T3 x[1,2]"),
  planted("an increment overwritten", "lost-update", "T1 1-3 a x[] x+1", "T2 2-4 b x[] x+2", "T3 5-6 c x[2]"),
  planted("appends in opposite orders", "G0", "T1 x+1 y+1", "T2 x+2 y+2", "T3 x[1,2]", "T4 y[2,1]"),
  planted("an append between two of another", "G0", "T1 x+1 x+3", "T2 x+2", "T3 x[1,2,3]"),
  planted("each read the other's append", "G1c", "T1 x+1 y[1]", "T2 y+1 x[1]"),
  planted("three in a ring of reads", "G1c", "T1 x+1 z[1]", "T2 y+1 x[1]", "T3 z+1 y[1]"),
  planted(
    "an old creation in a grown listing",
    "G1c",
    "T1 d/+1 x[5]",
    "T2 d/+2",
    "T3 d/[1]",
    "T4 d/[1,2] x+5",
  ),
  planted("one key before and one after", "G-single", "T1 x+1 y+1", "T2 x[] y[1]"),
  planted("a record that no listing had", "G-single", "T1 d/+1 x+1", "T2 d/[] x[1]"),
  planted("a creation two listings later", "G-single", "T1 d/+1", "T2 d/+2 y+1", "T3 d/[] y[1]", "T4 d/[1]"),
  planted("read skew behind write skew", "G-single", "T1 x[] y+1 w[1]", "T2 y[] x+1 z+1", "T3 z[1] w+1"),
  planted("write skew", "G2-item", "T1 x[] y+1", "T2 y[] x+1"),
  planted("write skew of three", "G2-item", "T1 x[] y+1", "T2 y[] z+1", "T3 z[] x+1"),
  planted("a long fork", "G2-item", "T1 x+1", "T2 y+1", "T3 x[1] y[]", "T4 x[] y[1]"),
  planted("two creations after the same listing", "G2", "T1 d/[] d/+1", "T2 d/[] d/+2"),
  planted("a listing and a key", "G2", "T1 d/[] x+1", "T2 x[] d/+1"),
  planted("a long fork of listings", "G2", "T1 d/+1", "T2 d/+2", "T3 d/[1]", "T4 d/[2]"),
  planted("a client that forgot its own commit", "process-order", "T1 1-2 a x+1", "T2 2-3 a x[]"),
  planted(
    "a client that went back in time",
    "process-order",
    "T1 1-9 b x+1",
    "T2 2-3 a x[1]",
    "T3 3-4 a x[]",
  ),
  planted("a stale read", "real-time", "T1 1-2 a x+1", "T2 3-4 b x[]"),
  planted("a stale listing", "real-time", "T1 1-2 a d/+1", "T2 3-4 b d/[]"),
  planted("a read of the future", "real-time", "T1 1-2 a x[1]", "T2 3-4 b x+1"),
];

function planted(title: string, kind: AnomalyKind | undefined, ...lines: readonly string[]): PlantedHistory {
  return { title, kind, history: lines.map(transactionOf) };
}

function transactionOf(line: string): Transaction {
  const [, id = "", mark = "", start = "1", complete = "9", client = id, rest = ""] =
    /^(T\d+)([!?]?)(?: (\d+)-(\d+) (\w+))?(.*)$/.exec(line) ?? [];
  return {
    process: client,
    id,
    start: Number(start),
    complete: Number(complete),
    outcome: outcomeOf(mark),
    operations: rest.trim().split(" ").map(operationOf),
  };
}

function outcomeOf(mark: string): Outcome {
  if (mark === "!") return "aborted";
  return mark === "?" ? "unknown" : "committed";
}

function operationOf(word: string): Operation {
  const [, key = "", value, list = ""] = /^(\w\/?)(?:\+(\d+)|\[(.*)\])$/.exec(word) ?? [];
  if (value !== undefined) return { kind: "append", key, value: Number(value) };
  return { kind: "read", key, result: list === "" ? undefined : list.split(",").map(Number) };
}
