import { expect, test } from "vitest";
import { DAMAGED } from "./damage.ts";
import { itemOf, textOf } from "./items.ts";
import { judge } from "./judge.ts";
import type { Call } from "./program.ts";
import type { Entry, Trace, Unit } from "./trace.ts";

const NAME = "1.baba";
const ITEM = { id: 1, team: 0, value: 0 };
const NAMES = ["1.baba", "2.baba"];
const ORIGIN = { opened: 0, isKeyless: false, isDurable: true };
const CUT = { isCut: true, damaged: new Map() };
const QUIET = {
  turnovers: [],
  reruns: [],
  upkeep: [],
  hasPauses: false,
  interruptions: [],
  skipped: [],
  isSealed: false,
};

function called(call: Call, began: number, ended: number, texts: readonly string[]): Entry {
  return { call, began, ended, outcome: { texts }, rows: [] };
}

/** A session that adds a record with this number, and commits it between these moments. */
function writer(n: number, began: number, ended: number): Unit {
  const add = called({ kind: "add", item: { ...ITEM, n }, name: NAME }, n, n, [NAME]);
  return { ...ORIGIN, process: 0, entries: [add, called({ kind: "commit" }, began, ended, [])] };
}

/** Two commits at once, the first acknowledged last; and a later session, which reads what `last` has written. */
function traceOf(last: number, admitted: readonly number[]): Trace {
  const text = textOf(itemOf({ ...ITEM, n: last }));
  const reader = { ...ORIGIN, process: 1, entries: [called({ kind: "get", name: NAME }, 30, 31, [text])] };
  return {
    ...QUIET,
    units: [writer(1, 10, 20), writer(2, 11, 19), reader],
    admitted: admitted.map((n, i) => ({ process: 0, writes: new Map([[NAME, n]]), moment: 12 + i })),
  };
}

test("judge() goes by the order in which commits were made, not by that of their acknowledgements", () => {
  expect(judge(traceOf(2, [1, 2])).violations).toEqual([]);
  expect(judge(traceOf(1, [2, 1])).violations).toEqual([]);
  expect(judge(traceOf(1, [1, 2])).violations).toHaveLength(1);
  expect(judge(traceOf(2, [2, 1])).violations).toHaveLength(1);
});

/** Reads that tell which of two records are there, and a commit. */
function looker(found: readonly string[]): Unit {
  const reads = NAMES.map((name, i) =>
    called({ kind: "exists", name }, 30 + i, 40 + i, [String(found.includes(name))]),
  );
  return { ...ORIGIN, process: 1, entries: [...reads, called({ kind: "commit" }, 50, 51, [])] };
}

/** A process that was killed while it committed two records; then the names of those that others find. */
function traceOfDeath(found: readonly string[]): Trace {
  const adds = NAMES.map((name, i) =>
    called({ kind: "add", item: { ...ITEM, n: 1 + i }, name }, 1 + i, 3 + i, [name]),
  );
  const writes = new Map(NAMES.map((name, i) => [name, 1 + i]));
  return {
    ...QUIET,
    units: [
      { ...ORIGIN, process: 0, entries: [...adds, cutOff(called({ kind: "commit" }, 10, 20, []))] },
      looker(found),
    ],
    admitted: [{ process: 0, writes, moment: 12 }],
  };
}

function cutOff(entry: Entry): Entry {
  return { ...entry, outcome: { code: "DIED", error: undefined } };
}

test("judge() wants the commit of a killed process whole or absent", () => {
  expect(judge(traceOfDeath([])).violations).toEqual([]);
  expect(judge(traceOfDeath(["1.baba", "2.baba"])).violations).toEqual([]);
  expect(judge(traceOfDeath(["1.baba"])).violations.join()).toContain("a conflict");
  expect(judge(traceOfDeath(["2.baba"])).violations.join()).toContain("a conflict");
});

test("judge() wants the commit that a power cut meets whole or absent", () => {
  const cut = (found: readonly string[]): Trace => ({
    ...traceOfDeath(found),
    interruptions: [{ ...CUT, moment: 19 }],
  });
  expect(judge(cut([])).violations).toEqual([]);
  expect(judge(cut(NAMES)).violations).toEqual([]);
  expect(judge(cut(["1.baba"])).violations.join()).toContain("a conflict");
  expect(judge(cut(["2.baba"])).violations.join()).toContain("a conflict");
});

/** Two commits one after another, which are durable or not, the second acknowledged or not; then a power cut. */
function traceOfCut(found: readonly string[], durable: readonly boolean[], isHeard = true): Trace {
  const writers = NAMES.map((name, i): Unit => {
    const add = called({ kind: "add", item: { ...ITEM, n: 1 + i }, name }, 1 + 10 * i, 2 + 10 * i, [name]);
    const commit = called({ kind: "commit" }, 3 + 10 * i, 5 + 10 * i, []);
    const entries = [add, i === 0 || isHeard ? commit : cutOff(commit)];
    return { ...ORIGIN, process: i, isDurable: durable[i] ?? false, entries };
  });
  const admitted = NAMES.map((name, i) => ({
    process: i,
    writes: new Map([[name, 1 + i]]),
    moment: 4 + 10 * i,
  }));
  return { ...QUIET, units: [...writers, looker(found)], admitted, interruptions: [{ ...CUT, moment: 20 }] };
}

test("judge() wants a prefix of the commits after a power cut, and all that were durable", () => {
  const lost = (...of: Parameters<typeof traceOfCut>) => {
    const { lost, cuts, violations } = judge(traceOfCut(...of));
    return violations.length > 0 ? "violated" : cuts === 1 && lost;
  };
  for (const [found, relaxed] of [
    [[], 2],
    [["1.baba"], 1],
    [["2.baba"], "violated"],
    [NAMES, 0],
  ] as const)
    expect(lost(found, [false, false])).toBe(relaxed);
  expect(lost([], [true, false])).toBe("violated");
  expect(lost(["1.baba"], [true, false])).toBe(1);
  expect(lost(["1.baba"], [false, true])).toBe("violated");
  expect(lost(["1.baba"], [true, true], false)).toBe(0);
  expect(lost(NAMES, [true, true], false)).toBe(0);
  expect(lost([], [true, true], false)).toBe("violated");
});

test("judge() finds a commit that was acknowledged and never made", () => {
  expect(judge(traceOf(1, [1])).violations.join()).toContain("a commit that was made");
});

/** `rewrap()` by another process after the two commits, which writes the record with this number. */
function traceOfUpkeep(written: number, counted: string): Trace {
  const { admitted, ...trace } = traceOf(2, [1, 2]);
  const made = { ...ORIGIN, process: 2, began: 21, ended: 25 };
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

/** A process reads a folder of two records without the first, which is damaged; its log tells of these. */
function traceOfSkip(told: readonly string[]): Trace {
  const { units, admitted } = traceOfCut([], []);
  const text = textOf(itemOf({ ...ITEM, n: 2 }));
  const all = called({ kind: "all", folder: ".", plain: false, skips: true }, 30, 40, [text]);
  return {
    ...QUIET,
    units: [...units.slice(0, 2), { ...ORIGIN, process: 1, entries: [all] }],
    admitted,
    interruptions: [{ moment: 20, isCut: false, damaged: new Map([["1.baba", DAMAGED.undecodable]]) }],
    skipped: told.map((name) => ({ process: 1, moment: 35, name })),
  };
}

test("judge() wants a line in the log for each record that was left out, and for no other", () => {
  expect(judge(traceOfSkip(["1.baba"])).violations).toEqual([]);
  expect(judge(traceOfSkip([])).violations.join()).toContain("a line in the log for 1.baba");
  expect(judge(traceOfSkip(NAMES)).violations).toEqual(["2.baba was left out, which can be read"]);
});

test("judge() finds a record that was there to be damaged and in no commit", () => {
  const trace = traceOfSkip(["1.baba"]);
  const damaged = new Map([["3.baba", DAMAGED.undecodable]]);
  const { violations } = judge({ ...trace, interruptions: [{ moment: 20, isCut: false, damaged }] });
  expect(violations).toEqual(["no record was there to be damaged: 3.baba"]);
});
