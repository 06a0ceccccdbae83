import * as v from "valibot";
import { expect, test } from "vitest";
import { nobleCrypto } from "../crypto/noble.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";

const COUNT = 20;

/** A runtime on which each piece of work uses up its turn, and how many turns have passed. */
function slowRuntime() {
  const memory = memoryRuntime();
  const turns = { passed: 0 };
  let now = 0;
  const turn = async () => {
    await memory.turn();
    turns.passed += 1;
  };
  return { runtime: { ...memory, turn, elapsed: () => now++ }, turns };
}

/** Whether turns have passed between any two of the moments. */
function areInTurnsOfTheirOwn(moments: readonly number[]): boolean {
  return new Set(moments).size === moments.length;
}

test("all(), filter() and stream() let other work run between two records if there is no time left", async () => {
  const { runtime, turns } = slowRuntime();
  const moments: number[] = [];
  const Item = v.pipe(
    v.object({ id: v.number() }),
    v.check(() => moments.push(turns.passed) > 0),
  );
  const db = new Database(Item, { logging: false }, assemble(runtime));
  await db.asyncSession(async (session) => {
    for (let id = 0; id < COUNT; id++) await session.add({ id });
  });
  const streamed = () =>
    db.asyncSession(async (session) => {
      let count = 0;
      for await (const _ of session.stream()) count += 1;
      return count;
    });
  const reads = {
    all: () => db.asyncSession((session) => session.all()),
    filter: () => db.asyncSession((session) => session.filter(".", () => true)),
    stream: streamed,
  };
  for (const [name, read] of Object.entries(reads)) {
    moments.length = 0;
    await read();
    expect(moments, name).toHaveLength(COUNT);
    expect(areInTurnsOfTheirOwn(moments), name).toBe(true);
  }
  await db.close();
});

test("a commit lets other work run between sealing two records if there is no time left", async () => {
  const { runtime, turns } = slowRuntime();
  const moments: number[] = [];
  const seal: typeof nobleCrypto.seal = (...input) => {
    moments.push(turns.passed);
    return nobleCrypto.seal(...input);
  };
  const options = { logging: false, key: new Uint8Array(32).fill(1) };
  const context = assemble({ ...runtime, crypto: { ...nobleCrypto, seal } });
  const db = new Database(v.object({ id: v.number() }), options, context);
  await db.asyncSession(async (session) => {
    for (let id = 0; id < COUNT; id++) await session.add({ id });
    moments.length = 0;
  });
  expect(moments.length).toBeGreaterThan(COUNT);
  expect(areInTurnsOfTheirOwn(moments.slice(0, COUNT))).toBe(true);
  await db.close();
});
