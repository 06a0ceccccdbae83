import assert from "node:assert/strict";
import { stat } from "node:fs";
import { clearInterval, setImmediate, setInterval, setTimeout } from "node:timers";
import { denoRuntime } from "./runtime.ts";

Deno.test("denoRuntime.random() fills arrays of any length, and returns them", () => {
  for (const length of [0, 1, 65_536, 65_537, 200_000]) {
    const bytes = new Uint8Array(length);
    assert.ok(denoRuntime.random(bytes) === bytes);
    for (let from = 0; from + 1000 <= length; from += 1000)
      assert.ok(
        bytes.subarray(from, from + 1000).some((byte) => byte !== 0),
        `from ${from} of ${length}`,
      );
  }
});

Deno.test("denoRuntime.now() is the time since 1970; elapsed() does not go back where the clock is put back", () => {
  const { now } = Date;
  const [before, time, after] = [now(), denoRuntime.now(), now()];
  assert.ok(before <= time && time <= after);
  const start = denoRuntime.elapsed();
  Date.now = () => 0;
  try {
    assert.ok(denoRuntime.elapsed() >= start);
  } finally {
    Date.now = now;
  }
});

Deno.test("denoRuntime.turn() resolves after a timer that is due, called behind input and behind an immediate", async () => {
  const due = async (): Promise<boolean> => {
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    for (const start = performance.now(); performance.now() - start < 3; );
    await denoRuntime.turn();
    return fired;
  };
  const folder = Deno.makeTempDirSync();
  const behindInput = new Promise<boolean>((resolve, reject) =>
    stat(folder, (error) => (error === null ? due().then(resolve, reject) : reject(error))),
  );
  const behindImmediate = new Promise<boolean>((resolve, reject) =>
    setImmediate(() => due().then(resolve, reject)),
  );
  assert.deepEqual(await Promise.all([behindInput, behindImmediate]), [true, true]);
  Deno.removeSync(folder);
});

Deno.test("denoRuntime.idle() resolves after its time in a process that lasts", async () => {
  const lasting = setInterval(() => undefined, 1000);
  await denoRuntime.idle(1);
  clearInterval(lasting);
});
