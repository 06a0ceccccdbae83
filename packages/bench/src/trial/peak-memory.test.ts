import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(new URL("../../dist/trial/peak-memory.js", import.meta.url));
const TOLD = `import(${JSON.stringify(MODULE)}).then(({ peakMemory }) => console.log(peakMemory()))`;
const MIB = 1024 * 1024;

/** What a process tells that has held so many bytes, or one that it has started. */
function told(bytes: number, program: string): number {
  const held = `let held = Buffer.alloc(${bytes}, 1); held = undefined;`;
  const { stdout } = spawnSync(process.execPath, ["-e", held + program], { encoding: "utf8" });
  return Number(stdout);
}

test("peakMemory() is what the process itself has held, and not the one that started it", () => {
  const started = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(TOLD)}], { stdio: "inherit" })`;
  expect(told(300 * MIB, TOLD)).toBeGreaterThan(300);
  const peak = told(300 * MIB, started);
  expect(peak).toBeGreaterThan(10);
  expect(peak).toBeLessThan(300);
});
