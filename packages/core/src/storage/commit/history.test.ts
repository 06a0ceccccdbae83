import { describe, expect, test } from "vitest";
import { ConflictError } from "../../errors.ts";
import type { Basis } from "../storage.ts";
import { History, Touched } from "./history.ts";

const basis = (head: number, records: readonly string[] = [], folders: readonly string[] = []) => ({
  head,
  records: new Set(records),
  folders: new Set(folders),
});

function judged(
  history: History,
  read: Basis,
  writes: readonly string[],
  earlier: readonly string[],
): boolean {
  const touched = new Touched();
  touched.add(earlier);
  try {
    history.judge(read, new Set(writes), touched);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ConflictError);
    return false;
  }
}

describe("History.judge()", () => {
  test("passes what no later commit touched", () => {
    const history = new History(0);
    history.note(1, ["a.baba"]);
    history.note(2, ["f/b.baba"]);
    expect(judged(history, basis(1, ["a.baba"], ["."]), ["c.baba"], [])).toBe(true);
    expect(judged(history, basis(2, ["a.baba", "f/b.baba"], [".", "f"]), [], [])).toBe(true);
  });

  test("refuses a record read, a folder listed or a name to be written that a later commit touched", () => {
    const history = new History(0);
    history.note(1, ["f/b.baba"]);
    expect(judged(history, basis(0, ["f/b.baba"]), [], [])).toBe(false);
    expect(judged(history, basis(0, [], ["f"]), [], [])).toBe(false);
    expect(judged(history, basis(0), ["f/b.baba"], [])).toBe(false);
    expect(judged(history, basis(0, ["f/c.baba"], ["."]), ["b.baba"], [])).toBe(true);
  });

  test("counts names of a commit about to be made", () => {
    expect(judged(new History(0), basis(0, ["a.baba"]), [], ["a.baba"])).toBe(false);
    expect(judged(new History(0), basis(0, ["a.baba"]), [], ["b.baba"])).toBe(true);
    const listing = basis(0, [], ["f"]);
    expect(judged(new History(0), listing, [], ["f/a.baba", "b.baba"])).toBe(false);
    expect(judged(new History(0), listing, [], ["a.baba", "f/g/b.baba"])).toBe(true);
  });

  test("refuses everything from before what it knows", () => {
    const history = new History(5);
    expect(judged(history, basis(4, ["a.baba"]), [], [])).toBe(false);
    expect(judged(history, basis(5, ["a.baba"]), [], [])).toBe(true);
    history.note(6, ["b.baba"]);
    history.forgetUntil(9);
    expect(judged(history, basis(8), [], [])).toBe(false);
    expect(judged(history, basis(9, ["b.baba"]), [], [])).toBe(true);
  });

  test("forgets the oldest commits rather than grow without bound, and then refuses their sessions", () => {
    const history = new History(0);
    const names = Array.from({ length: 40_000 }, (_, i) => `${i}.baba`);
    history.note(1, names);
    expect(judged(history, basis(0, ["x.baba"]), [], [])).toBe(true);
    history.note(2, names);
    expect(judged(history, basis(0, ["x.baba"]), [], [])).toBe(false);
    expect(judged(history, basis(1, ["x.baba"]), [], [])).toBe(true);
  });

  test("counts a write that the batch itself made before as a later commit", () => {
    const history = new History(0);
    expect(judged(history, basis(0), ["a.baba"], ["a.baba"])).toBe(false);
    expect(judged(history, basis(0), ["a.baba"], ["b.baba"])).toBe(true);
  });

  test("forgets the oldest commits beyond its memory, and calls what began before them a conflict", () => {
    const history = new History(0);
    const many = Array.from({ length: 65_536 }, (_, i) => `${i}.baba`);
    history.note(1, ["a.baba"]);
    history.note(2, many);
    expect(judged(history, basis(1, ["b.baba"]), [], [])).toBe(true);
    expect(judged(history, basis(0, ["b.baba"]), [], [])).toBe(false);
  });

  test("knows nothing before a floor that it was given later", () => {
    const history = new History(0);
    history.note(1, ["a.baba"]);
    history.forgetUntil(5);
    expect(judged(history, basis(4, ["b.baba"]), [], [])).toBe(false);
    expect(judged(history, basis(5, ["a.baba"]), [], [])).toBe(true);
  });
});
