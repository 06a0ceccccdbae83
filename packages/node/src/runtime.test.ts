import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, stat, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
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

test("nodeRuntime.idle() resolves after its time in a process that lasts, and keeps none alive", {
  timeout: 30_000,
}, async () => {
  await nodeRuntime.idle(1);
  const folder = mkdtempSync(join(tmpdir(), "baba-idle-"));
  try {
    const module = new URL("../dist/index.js", import.meta.url).href;
    const script = join(folder, "idle.mjs");
    writeFileSync(
      script,
      `import { nodeRuntime } from ${JSON.stringify(module)}; void nodeRuntime.idle(60_000); console.log("ended");`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 25_000 });
    expect(stdout).toBe("ended\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
