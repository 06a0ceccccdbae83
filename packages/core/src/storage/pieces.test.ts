import { expect, test } from "vitest";
import { inPieces } from "./pieces.ts";

test("inPieces() works on every item in order, with turns between the pieces and none before or behind", async () => {
  for (const [count, turns] of [
    [0, 0],
    [1, 0],
    [128, 0],
    [129, 1],
    [385, 3],
  ] as const) {
    const items = Array.from({ length: count }, (_, i) => i);
    const done: number[] = [];
    const turnsAt: number[] = [];
    await inPieces(
      items,
      async () => void turnsAt.push(done.length),
      (item) => done.push(item),
    );
    expect(done).toEqual(items);
    expect(turnsAt).toEqual(Array.from({ length: turns }, (_, i) => 128 * (i + 1)));
  }
});
