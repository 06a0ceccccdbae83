import { expect, test } from "vitest";
import { packing, SpareBuffers } from "./packed-reads.ts";

const KIB = 1024;

test("SpareBuffers hands each buffer out once, and keeps neither many nor a long one", () => {
  const spare = new SpareBuffers();
  const few = [new ArrayBuffer(64 * KIB), new ArrayBuffer(KIB * KIB)];
  spare.put([...few, new ArrayBuffer(KIB * KIB + 1)]);
  expect(spare.take()).toEqual(few);
  expect(spare.take()).toEqual([]);
  for (let i = 0; i < 100; i++) spare.put([new ArrayBuffer(KIB)]);
  expect(spare.take().length).toBeLessThan(10);
});

test("packing() fills the given buffers, each once, and then makes new ones", () => {
  const given = [new ArrayBuffer(1000), new ArrayBuffer(1000)];
  const known: readonly ArrayBufferLike[] = given;
  const allocate = packing(given);
  const rooms = [600, 300, 600, 600].map((size) => allocate(size));
  const places = rooms.map(({ buffer, byteOffset, length }) => [known.indexOf(buffer), byteOffset, length]);
  expect(places).toEqual([
    [0, 0, 600],
    [0, 600, 300],
    [1, 0, 600],
    [-1, 0, 600],
  ]);
});
