import { stat } from "node:fs";
import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { nodeRuntime } from "./runtime.ts";

test("nodeRuntime.turn() resolves after a timer that is due, wherever in a turn it is called", async () => {
  const due = async (): Promise<boolean> => {
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    for (const start = performance.now(); performance.now() - start < 3; );
    await nodeRuntime.turn();
    return fired;
  };
  const behindInput = new Promise<boolean>((resolve, reject) =>
    stat(".", (error) => (error === null ? due().then(resolve, reject) : reject(error))),
  );
  const behindTimer = new Promise<boolean>((resolve, reject) =>
    setTimeout(() => due().then(resolve, reject), 1),
  );
  const behindImmediate = new Promise<boolean>((resolve, reject) =>
    setImmediate(() => due().then(resolve, reject)),
  );
  expect(await Promise.all([behindInput, behindTimer, behindImmediate])).toEqual([true, true, true]);
});
