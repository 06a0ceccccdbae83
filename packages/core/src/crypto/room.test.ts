import { expect, test } from "vitest";
import { Room } from "./room.ts";

test("Room.take() gives zeros of the very size, of which no two overlap", () => {
  const room = new Room();
  const sizes = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 900);
  const taken = sizes.map((size) => room.take(size));
  expect(taken.map(({ length }) => length)).toEqual(sizes);
  expect(taken.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  for (const [i, bytes] of taken.entries()) bytes.fill(i);
  expect(taken.every((bytes, i) => bytes.every((byte) => byte === i % 256))).toBe(true);
});

test("Room.take() puts many small arrays into few buffers, and a large one into a buffer of its own", () => {
  const room = new Room();
  expect(room.take(100).buffer.byteLength).toBe(1024);
  const buffers = new Set(Array.from({ length: 1000 }, () => room.take(300).buffer));
  expect(buffers.size).toBeLessThan(12);
  expect(room.take(20_000).buffer.byteLength).toBe(20_000);
});
