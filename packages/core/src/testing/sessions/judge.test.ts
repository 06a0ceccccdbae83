import { expect, test } from "vitest";
import { itemOf, textOf } from "./items.ts";
import { judge } from "./judge.ts";
import type { Call } from "./program.ts";
import type { Entry, Trace, Unit } from "./trace.ts";
import { textOfChanges } from "./witness.ts";

const NAME = "1.baba";
const ITEM = { id: 1, team: 0, value: 0 };

function called(call: Call, began: number, ended: number, texts: readonly string[]): Entry {
  return { call, began, ended, outcome: { texts }, rows: [] };
}

/** A session that adds a record with this number, and commits it between these moments. */
function writer(n: number, began: number, ended: number): Unit {
  const add = called({ kind: "add", item: { ...ITEM, n }, name: NAME }, n, n, [NAME]);
  return { process: 0, entries: [add, called({ kind: "commit" }, began, ended, [])] };
}

/** Two commits at once, the first acknowledged last; and a later session, which reads what `last` has written. */
function traceOf(last: number, admitted: readonly number[]): Trace {
  const text = textOf(itemOf({ ...ITEM, n: last }));
  const reader = { process: 1, entries: [called({ kind: "get", name: NAME }, 30, 31, [text])] };
  return {
    units: [writer(1, 10, 20), writer(2, 11, 19), reader],
    turnovers: [],
    reruns: [],
    admitted: admitted.map((n, i) => ({ text: textOfChanges(new Map([[NAME, n]])), moment: 12 + i })),
  };
}

test("judge() goes by the order in which commits were made, not by that of their acknowledgements", () => {
  expect(judge(traceOf(2, [1, 2])).violations).toEqual([]);
  expect(judge(traceOf(1, [2, 1])).violations).toEqual([]);
  expect(judge(traceOf(1, [1, 2])).violations).toHaveLength(1);
  expect(judge(traceOf(2, [2, 1])).violations).toHaveLength(1);
});

test("judge() finds a commit that was acknowledged and never made", () => {
  expect(judge(traceOf(1, [1])).violations.join()).toContain("a commit that was made");
});
