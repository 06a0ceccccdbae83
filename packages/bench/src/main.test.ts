import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

test("main.js --quick measures all workloads of a few engines in own processes, and writes nothing", () => {
  const words = ["--quick", "--engines", "baba,fs-sync,bare-append", "--only", "bulk,all,single,delete"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/baba, [\d.]+ s: bulk [\d.]+, all [\d.]+, single [\d.]+, delete [\d.]+\n/);
  expect(stdout).toMatch(/fs-sync, [\d.]+ s: bulk [\d.]+, all [\d.]+, single [\d.]+, delete [\d.]+\n/);
  expect(stdout).toMatch(/bare-append, [\d.]+ s: bulk [\d.]+, single [\d.]+\n/);
  expect(status).toBe(0);
});

test("main.js --engines names an engine that is not there and where to find the help, and runs nothing", () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "--engines", "oracle"], { encoding: "utf8" });
  expect(stderr).toMatch(/^There is no oracle; .*\. See npm run bench -- --help\.\n$/);
  expect(status).toBe(2);
});
