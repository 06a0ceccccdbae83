import { expect, test } from "vitest";
import { Touched } from "./touched.ts";

const basis = (head: number, records: readonly string[], folders: readonly string[]) => ({
  head,
  records: new Set(records),
  folders: new Set(folders),
});

test("Touched.find() gives what a commit after the head touched last, of records, folders and writes", () => {
  const touched = new Touched();
  touched.add(1, ["a.baba", "f/b.baba"]);
  touched.add(2, ["f/c.baba"]);
  expect(touched.size).toBe(3);
  const find = (head: number, records: string[], folders: string[] = [], writes: string[] = []) =>
    touched.find(basis(head, records, folders), new Set(writes));
  expect(find(0, ["a.baba"])).toBe("a.baba");
  expect(find(0, [], [], ["f/b.baba"])).toBe("f/b.baba");
  expect(find(1, ["a.baba", "f/b.baba"], ["."], ["a.baba"])).toBeUndefined();
  expect(find(1, [], ["f"])).toBe("f/c.baba");
  expect(find(2, ["f/c.baba"], ["f"], ["f/c.baba"])).toBeUndefined();
  expect(find(0, ["x.baba"], ["g"], ["y.baba"])).toBeUndefined();
});

test("Touched.find() takes a commit that is about to be made for later than any head", () => {
  const touched = new Touched();
  touched.add(Infinity, ["f/a.baba"]);
  expect(touched.find(basis(9, ["f/a.baba"], []), new Set())).toBe("f/a.baba");
  expect(touched.find(basis(9, [], ["f"]), new Set())).toBe("f/a.baba");
  expect(touched.find(basis(9, ["b.baba"], ["."]), new Set(["c.baba"]))).toBeUndefined();
});
