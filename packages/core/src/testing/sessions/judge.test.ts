import { expect, test } from "vitest";
import { itemOf, textOf } from "./items.ts";
import { judge } from "./judge.ts";
import type { Call } from "./program.ts";
import type { Entry, Trace, Unit } from "./trace.ts";

const NAME = "1.baba";
const ITEM = { id: 1, team: 0, value: 0 };

function called(call: Call, began: number, ended: number, texts: readonly string[]): Entry {
  return { call, began, ended, outcome: { texts }, rows: [] };
}

/** A session that adds a record with this number, and commits it between these moments. */
function writer(n: number, began: number, ended: number): Unit {
  const add = called({ kind: "add", item: { ...ITEM, n }, name: NAME }, n, n, [NAME]);
  return {
    process: 0,
    opened: 0,
    isKeyless: false,
    entries: [add, called({ kind: "commit" }, began, ended, [])],
  };
}

/** Two commits at once, the first acknowledged last; and a later session, which reads what `last` has written. */
function traceOf(last: number, admitted: readonly number[]): Trace {
  const text = textOf(itemOf({ ...ITEM, n: last }));
  const reader = {
    process: 1,
    opened: 0,
    isKeyless: false,
    entries: [called({ kind: "get", name: NAME }, 30, 31, [text])],
  };
  return {
    units: [writer(1, 10, 20), writer(2, 11, 19), reader],
    turnovers: [],
    reruns: [],
    upkeep: [],
    hasPauses: false,
    admitted: admitted.map((n, i) => ({ process: 0, writes: new Map([[NAME, n]]), moment: 12 + i })),
  };
}

test("judge() goes by the order in which commits were made, not by that of their acknowledgements", () => {
  expect(judge(traceOf(2, [1, 2])).violations).toEqual([]);
  expect(judge(traceOf(1, [2, 1])).violations).toEqual([]);
  expect(judge(traceOf(1, [1, 2])).violations).toHaveLength(1);
  expect(judge(traceOf(2, [2, 1])).violations).toHaveLength(1);
});

/** A process that was killed while it committed two records; then the names of those that others find. */
function traceOfDeath(found: readonly string[]): Trace {
  const adds = ["1.baba", "2.baba"].map((name, i) =>
    called({ kind: "add", item: { ...ITEM, n: 1 + i }, name }, 1 + i, 3 + i, [name]),
  );
  const died: Entry = {
    ...called({ kind: "commit" }, 10, 20, []),
    outcome: { code: "DIED", error: undefined },
  };
  const reads = ["1.baba", "2.baba"].map((name, i) =>
    called({ kind: "exists", name }, 30 + i, 40 + i, [String(found.includes(name))]),
  );
  return {
    units: [
      { process: 0, opened: 0, isKeyless: false, entries: [...adds, died] },
      {
        process: 1,
        opened: 0,
        isKeyless: false,
        entries: [...reads, called({ kind: "commit" }, 50, 51, [])],
      },
    ],
    turnovers: [],
    reruns: [],
    upkeep: [],
    hasPauses: false,
    admitted: [
      {
        process: 0,
        writes: new Map([
          ["1.baba", 1],
          ["2.baba", 2],
        ]),
        moment: 12,
      },
    ],
  };
}

test("judge() wants the commit of a killed process whole or absent", () => {
  expect(judge(traceOfDeath([])).violations).toEqual([]);
  expect(judge(traceOfDeath(["1.baba", "2.baba"])).violations).toEqual([]);
  expect(judge(traceOfDeath(["1.baba"])).violations.join()).toContain("a conflict");
  expect(judge(traceOfDeath(["2.baba"])).violations.join()).toContain("a conflict");
});

test("judge() finds a commit that was acknowledged and never made", () => {
  expect(judge(traceOf(1, [1])).violations.join()).toContain("a commit that was made");
});

/** `rewrap()` by another process after the two commits, which writes the record with this number. */
function traceOfUpkeep(written: number, counted: string): Trace {
  const { admitted, ...trace } = traceOf(2, [1, 2]);
  const made = { process: 2, opened: 0, isKeyless: false, began: 21, ended: 25 };
  return {
    ...trace,
    upkeep: [{ ...made, upkeep: "rewrap", outcome: { texts: [counted] } }],
    admitted: [...admitted, { process: 2, writes: new Map([[NAME, written]]), moment: 23 }],
  };
}

test("judge() lets rewrap() commit a record as it is, and nothing else, and count what is there", () => {
  expect(judge(traceOfUpkeep(2, "1")).violations).toEqual([]);
  expect(judge(traceOfUpkeep(1, "1")).violations.join()).toContain("a commit that nobody asked for");
  expect(judge(traceOfUpkeep(2, "0")).violations.join()).toContain("rewrap of process 2: found 0");
});
