import { expect, test } from "vitest";
import { isRunning, parseProcessIdentity, parseProcessStat } from "./process-identity.ts";

test("parseProcessIdentity() gives back what was written, and leaves out what has the wrong type", () => {
  const identity = { pid: 7, host: "here", boot: "b", namespaces: "n", started: "5", lock: true };
  expect(parseProcessIdentity(JSON.stringify(identity))).toEqual(identity);
  const wrong = { pid: 7, host: "", boot: 1, namespaces: null, started: 5, lock: "true" };
  expect(parseProcessIdentity(JSON.stringify(wrong))).toEqual({ pid: 7, host: "", lock: false });
});

test("parseProcessIdentity() gives undefined for what names no process of a host", () => {
  const others = ["", "{", "null", "[]", "7", '"pid"', '{"pid":7}', '{"host":"h"}', '{"pid":7,"host":1}'];
  for (const text of others) expect(parseProcessIdentity(text), text).toBeUndefined();
  for (const pid of [0, -1, 1.5, 2 ** 53, "7"])
    expect(parseProcessIdentity(JSON.stringify({ pid, host: "h" })), `${pid}`).toBeUndefined();
});

test("parseProcessStat() is not misled by the program's name", () => {
  const rest = Array.from({ length: 30 }, (_, i) => i + 4).join(" ");
  expect(parseProcessStat(`12 (a) Z (1 2) S ${rest}\n`)).toEqual({ state: "S", started: "22" });
});

test("isRunning() is false for one that has ended, and for a later process of the number", () => {
  const identity = { pid: 7, host: "here", started: "22" };
  expect(isRunning(identity, { state: "S", started: "22" })).toBe(true);
  expect(isRunning(identity, { state: "S", started: "23" })).toBe(false);
  for (const state of ["Z", "X"]) expect(isRunning(identity, { state, started: "22" }), state).toBe(false);
});

test("isRunning() is undefined where a start time is missing", () => {
  const [without, identity] = [
    { pid: 7, host: "here" },
    { pid: 7, host: "here", started: "22" },
  ];
  expect(isRunning(without, { state: "S", started: "23" })).toBeUndefined();
  expect(isRunning(identity, { state: "S", started: undefined })).toBeUndefined();
  expect(isRunning(without, { state: "Z", started: "23" })).toBe(false);
});
