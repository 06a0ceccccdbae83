import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { inTurns } from "./batch.ts";

const crowded = () => Object.assign(new Error("too many open files"), { code: "EMFILE" });

Deno.test("inTurns() tries again while too many files are open, and is as patient again after each item that was done", async () => {
  const tries = [0, 0, 0];
  const done: number[] = [];
  await inTurns([0, 1, 2], (item) => {
    tries[item] = (tries[item] ?? 0) + 1;
    if (tries[item] <= 4) throw crowded();
    done.push(item);
  });
  assert.deepEqual(done, [0, 1, 2]);
  assert.deepEqual(tries, [5, 5, 5]);
});

Deno.test("inTurns() gives up with that error in the end, and tries nothing again that failed for another reason", async () => {
  await assert.rejects(
    inTurns([0], () => {
      throw crowded();
    }),
    { code: "EMFILE" },
  );
  let tries = 0;
  const failing = () => {
    tries += 1;
    throw Object.assign(new Error("denied"), { code: "EACCES" });
  };
  await assert.rejects(inTurns([0, 1], failing), { code: "EACCES" });
  assert.equal(tries, 1);
});

Deno.test("inTurns() does at least one item a turn, however late each turn begins", async () => {
  let time = 0;
  const done: number[] = [];
  performance.now = () => {
    time += 10;
    if (time > 10_000) throw new Error("no item was done");
    return time;
  };
  try {
    await inTurns([0, 1, 2], (item) => void done.push(item));
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
  assert.deepEqual(done, [0, 1, 2]);
  assert.equal(typeof performance.now(), "number");
});

Deno.test("inTurns() lets other work of the event loop run between items that take long", async () => {
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await inTurns(Array.from({ length: 50 }), () => {
    for (const start = performance.now(); performance.now() - start < 1.5; );
  });
  done = true;
  assert.ok(turns >= 25, `${turns} turns`);
  await new Promise((resolve) => setImmediate(resolve));
});
