import { describe, expect, test, vi } from "vitest";
import { ConflictError } from "../../errors.ts";
import { SeededRandom } from "../../testing/simulation/random.ts";
import { folderOf } from "../names.ts";
import type { Basis } from "../storage.ts";
import { History } from "./history.ts";
import { Touched } from "./touched.ts";

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
  touched.add(Infinity, earlier);
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

  test("agrees with a look at every name since the session began, after few names and after many", () => {
    const random = new SeededRandom(7);
    const name = () => `${random.pick(["", "f/", "g/"])}${random.below(400)}.baba`;
    for (let round = 0; round < 300; round++) {
      const history = new History(0);
      const commits = Array.from({ length: random.below(60) }, () =>
        Array.from({ length: 1 + random.below(random.pick([3, 30])) }, name),
      );
      for (const [i, names] of commits.entries()) history.note(i + 1, names);
      for (let session = 0; session < 8; session++) {
        const folders = random.chance(0.2) ? [random.pick([".", "f", "g", "h"])] : [];
        const read = basis(random.below(commits.length + 1), [name(), name()], folders);
        const writes = [name()];
        const later = commits.slice(read.head).flat();
        const isFree = !later.some(
          (touched) =>
            read.records.has(touched) || writes.includes(touched) || read.folders.has(folderOf(touched)),
        );
        expect(judged(history, read, writes, [])).toBe(isFree);
      }
    }
  });

  test("looks up the names of many commits, and goes through each only once", () => {
    const history = new History(0);
    let looks = 0;
    const counted = (names: readonly string[]) =>
      Object.assign([...names], {
        [Symbol.iterator]: function* () {
          looks += names.length;
          yield* names;
        },
      });
    for (let i = 1; i <= 1000; i++) history.note(i, counted([`${i}.baba`]));
    for (let i = 0; i < 500; i++) expect(judged(history, basis(i, ["x.baba"]), ["y.baba"], [])).toBe(true);
    expect(looks).toBe(1000);
    history.note(1001, counted(["x.baba"]));
    expect(judged(history, basis(1, ["x.baba"]), [], [])).toBe(false);
    expect(judged(history, basis(1001, ["x.baba"]), [], [])).toBe(true);
  });

  test("answers the same after it has begun its index anew", () => {
    const history = new History(0);
    const size = 20_000;
    for (let commit = 1; commit <= 12; commit++) {
      history.note(
        commit,
        Array.from({ length: size }, (_, i) => `${commit * size + i}.baba`),
      );
      expect(judged(history, basis(commit - 1, ["x.baba"]), [], [])).toBe(true);
      expect(judged(history, basis(commit - 1, [`${commit * size}.baba`]), [], [])).toBe(false);
    }
    expect(judged(history, basis(11, [`${12 * size + 5}.baba`]), [], [])).toBe(false);
    expect(judged(history, basis(11, [`${11 * size + 5}.baba`]), [], [])).toBe(true);
  });
});

test("History.note() moves what it keeps only now and then, however many commits it forgets", () => {
  const history = new History(0);
  const small = 65_536;
  const moves = [vi.spyOn(Array.prototype, "splice"), vi.spyOn(Array.prototype, "slice")];
  try {
    for (let sequence = 1; sequence <= small; sequence++) history.note(sequence, [`${sequence}.baba`]);
    history.note(
      small + 1,
      Array.from({ length: small }, (_, i) => `f/${i}.baba`),
    );
    expect(moves.flatMap(({ mock }) => mock.calls).length).toBeLessThan(10);
  } finally {
    for (const move of moves) move.mockRestore();
  }
  expect(judged(history, basis(small - 1), [], [])).toBe(false);
  expect(judged(history, basis(small, ["1.baba"]), [], [])).toBe(true);
  expect(judged(history, basis(small, ["f/1.baba"]), [], [])).toBe(false);
});

test("History keeps the newest 32 Ki commits of one name, and judges by each of them", () => {
  const history = new History(0);
  const last = 100_000;
  for (let sequence = 1; sequence <= last; sequence++) history.note(sequence, [`${sequence}.baba`]);
  const oldest = last - 32_768;
  expect(judged(history, basis(oldest - 1), [], [])).toBe(false);
  expect(judged(history, basis(oldest, [`${oldest}.baba`]), [], [])).toBe(true);
  for (const sequence of [oldest + 1, last - 10_000, last])
    expect(judged(history, basis(oldest, [`${sequence}.baba`]), [], [])).toBe(false);
});
