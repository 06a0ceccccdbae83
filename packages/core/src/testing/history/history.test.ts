import { expect, test } from "vitest";
import { checkHistory } from "./checker.ts";
import { historyLine, mergeHistories, type Transaction } from "./history.ts";
import { PLANTED_HISTORIES } from "./planted.ts";

const ONE: Transaction = {
  process: "a",
  id: "a-1",
  start: 5,
  complete: 6,
  outcome: "committed",
  operations: [
    { kind: "append", key: "x", value: 1 },
    { kind: "read", key: "y", result: undefined },
    { kind: "read", key: "d/", result: [1, 2] },
  ],
};

test("mergeHistories() gives back what historyLine() wrote, by start", () => {
  const other: Transaction = { ...ONE, process: "b", id: "b-1", start: 1 };
  expect(mergeHistories([historyLine(ONE), historyLine(other)])).toEqual([other, ONE]);
});

test("mergeHistories() takes the last line of a transaction and leaves out a torn one", () => {
  const before = historyLine({ ...ONE, outcome: "unknown" });
  const after = historyLine(ONE);
  expect(mergeHistories([before + after])).toEqual([ONE]);
  for (let end = 0; end < after.length; end++) {
    expect(mergeHistories([before + after.slice(0, end)])[0]?.outcome).toBe("unknown");
  }
});

test("mergeHistories() refuses an id that two clients used", () => {
  expect(() => mergeHistories([historyLine(ONE), historyLine({ ...ONE, process: "b" })])).toThrow(RangeError);
});

test.each([
  "",
  "null",
  "{",
  '{"process":1}',
  historyLine(ONE).trim().replace('"committed"', '"done"'),
  historyLine(ONE).trim().replace('"append"', '"write"'),
  historyLine(ONE).trim().replace("null", '"none"'),
  historyLine(ONE).trim().replace('"start":5', '"start":"5"'),
])("mergeHistories() refuses the line %j and says where it is", (line) => {
  expect(() => mergeHistories([`${historyLine(ONE)}${line}\n`])).toThrow(/^Line 2 /);
});

test("mergeHistories() gives back a history that checkHistory() judges the same", () => {
  for (const { history } of PLANTED_HISTORIES) {
    expect(checkHistory(mergeHistories(history.map(historyLine)))).toEqual(checkHistory(history));
  }
});
