import { expect, test } from "vitest";
import { Arena } from "./arena.ts";

test("Arena.take() gives arrays of the very size, of which no two overlap", () => {
  const arena = new Arena();
  const sizes = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 900);
  const taken = sizes.map((size) => arena.take(size));
  expect(taken.map(({ length }) => length)).toEqual(sizes);
  for (const [i, bytes] of taken.entries()) bytes.fill(i);
  expect(taken.every((bytes, i) => bytes.every((byte) => byte === i % 256))).toBe(true);
});

test("Arena.take() puts many small arrays into few buffers, and a large one into a buffer of its own", () => {
  const arena = new Arena();
  expect(arena.take(100).buffer.byteLength).toBe(1024);
  const buffers = new Set(Array.from({ length: 1000 }, () => arena.take(300).buffer));
  expect(buffers.size).toBeLessThan(12);
  expect(arena.take(20_000).buffer.byteLength).toBe(20_000);
});

test("Arena.keep() keeps what was lent as far as it was used, and lends the rest again", () => {
  const arena = new Arena();
  const [first, forgotten] = [arena.keep(arena.lend(300), 100).fill(1), arena.lend(300).fill(2)];
  const second = arena.keep(arena.lend(300), 300).fill(3);
  expect(first).toEqual(new Uint8Array(100).fill(1));
  expect(second.byteOffset).toBe(first.byteOffset + first.length);
  expect(forgotten.every((byte) => byte === 3)).toBe(true);
});

test("Arena.keep() leaves a buffer alone that large room was lent beside", () => {
  const arena = new Arena();
  const [small, large] = [arena.take(10).fill(1), arena.keep(arena.lend(20_000), 15_000).fill(2)];
  const next = arena.take(10).fill(3);
  expect(large.length).toBe(15_000);
  expect(next.byteOffset).toBe(small.byteOffset + small.length);
  expect([...small, ...next]).toEqual([...new Uint8Array(10).fill(1), ...new Uint8Array(10).fill(3)]);
});
