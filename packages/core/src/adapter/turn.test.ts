import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TurnBudget } from "./turn.ts";

/** The time on the clock, in milliseconds. */
let now = 0;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

/** A budget whose turns come when told, and a log of the work done. */
function start() {
  const turns: (() => void)[] = [];
  const done: string[] = [];
  const budget = new TurnBudget((next) => void turns.push(next));
  const work = (name: string, milliseconds: number) =>
    budget.within((deadline) => {
      now += milliseconds;
      done.push(name);
      return deadline;
    });
  return { budget, done, work, turn: () => turns.shift()?.(), pending: () => turns.length };
}

test("TurnBudget.within() does work at once until a millisecond is spent, and the rest turn by turn, in order", () => {
  const { done, work, turn, pending } = start();
  for (const name of ["a", "b", "c", "d"]) void work(name, 0.5);
  expect(done).toEqual(["a", "b"]);
  void work("e", 0);
  turn();
  expect(done).toEqual(["a", "b", "c", "d"]);
  turn();
  expect(done).toEqual(["a", "b", "c", "d", "e"]);
  turn();
  expect(pending()).toBe(0);
});

test("TurnBudget.within() does what work asks for after what waits already", async () => {
  const { budget, done, work, turn } = start();
  await work("long", 2);
  void budget.within(() => void work("asked for", 0));
  void work("waiting", 0);
  turn();
  expect(done).toEqual(["long", "waiting", "asked for"]);
});

test("TurnBudget.within() gives work what is left of the turn's millisecond, and the turn after a whole one", async () => {
  const { work, turn } = start();
  const began = performance.now();
  expect(await work("a", 0.25)).toBeCloseTo(began + 1);
  expect(await work("b", 0.75)).toBeCloseTo(began + 1);
  const late = work("c", 0);
  now += 10;
  turn();
  expect(await late).toBeCloseTo(performance.now() + 1);
});

test("TurnBudget.within() rejects with what the work throws, and goes on with the others", async () => {
  const { budget, done, work, turn } = start();
  await work("long", 2);
  const failing = budget.within(() => {
    throw new Error("planted");
  });
  void work("after", 0);
  turn();
  await expect(failing).rejects.toThrow("planted");
  expect(done).toEqual(["long", "after"]);
});

test("TurnBudget.atOnce() does work if the turn has time and nobody waits, and nothing otherwise", async () => {
  const { budget, done, work, turn } = start();
  const began = performance.now();
  expect(budget.atOnce((deadline) => deadline)).toBe(began + 1);
  await work("long", 2);
  expect(budget.atOnce(() => done.push("late"))).toBeUndefined();
  const waits = work("waits", 2);
  turn();
  await waits;
  expect(budget.atOnce(() => done.push("late"))).toBeUndefined();
  turn();
  expect(budget.atOnce(() => done.push("next"))).toBe(3);
  expect(done).toEqual(["long", "waits", "next"]);
});

test("TurnBudget.atOnce() has time again in the next turn, though nothing else was asked for", () => {
  const { budget, turn } = start();
  const spending = () => {
    now += 2;
    return "done";
  };
  expect([budget.atOnce(spending), budget.atOnce(spending)]).toEqual(["done", undefined]);
  turn();
  expect(budget.atOnce(spending)).toBe("done");
});

test("TurnBudget.atOnce() has a whole millisecond in the turn after one that did what waited", async () => {
  const { budget, work, turn } = start();
  await work("long", 2);
  const waits = work("waits", 0.5);
  turn();
  await waits;
  expect(budget.atOnce((deadline) => deadline - now)).toBe(0.5);
  turn();
  expect(budget.atOnce((deadline) => deadline - now)).toBe(1);
});

test("TurnBudget.atOnce() throws what the work throws, and counts its time", () => {
  const { budget } = start();
  const failing = () => {
    now += 2;
    throw new Error("planted");
  };
  expect(() => budget.atOnce(failing)).toThrow("planted");
  expect(budget.atOnce(() => "late")).toBeUndefined();
});
