import { expect, test } from "vitest";
import { inPieces, turns } from "./pieces.ts";

test("inPieces() works on every entry in order, with turns between the pieces and none before or behind", async () => {
  for (const [count, turns] of [
    [0, 0],
    [1, 0],
    [128, 0],
    [129, 1],
    [385, 3],
  ] as const) {
    const entries = Array.from({ length: count }, (_, i) => [`${i}`, i] as const);
    const done: unknown[] = [];
    const turnsAt: number[] = [];
    await inPieces(
      new Map(entries),
      async () => void turnsAt.push(done.length),
      (name, value) => done.push([name, value]),
    );
    expect(done).toEqual(entries);
    expect(turnsAt).toEqual(Array.from({ length: turns }, (_, i) => 128 * (i + 1)));
  }
});

test("turns() gives others their turn once a millisecond, and nothing to wait for in between", async () => {
  let [now, taken] = [0, 0];
  const turn = turns({
    elapsed: () => now,
    async turn() {
      taken += 1;
      now += 5;
    },
  });
  now = 0.9;
  expect(turn()).toBeUndefined();
  now = 1;
  await turn();
  expect(taken).toBe(1);
  // Counted from when the others had theirs.
  now += 0.9;
  expect(turn()).toBeUndefined();
  now += 0.1;
  expect(turn()).toBeInstanceOf(Promise);
});
