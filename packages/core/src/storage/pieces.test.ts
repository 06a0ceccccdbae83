import { expect, test } from "vitest";
import { inPieces } from "./pieces.ts";

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
