import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { EngineName } from "../engines/catalogue.ts";

const MAIN = fileURLToPath(new URL("../../dist/trial/main.js", import.meta.url));
const HOOKS = `export async function resolve(name, context, next) {
  if (name === "valibot") console.error(name);
  return next(name, context);
}`;
const WATCH = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)});`;

/** What a trial of this engine writes about modules that its process loads. */
function loadedBy(engine: EngineName): { status: number | null; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), "baba-trial-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const effort = { singles: 1, bursts: 1, gets: 1, mixed: 1 };
  const task = { workload: "open", engine, records: 1, folder, effort, watched: false };
  const words = ["--import", `data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, JSON.stringify(task)];
  return spawnSync(process.execPath, words, { encoding: "utf8" });
}

test("trial/main.js loads valibot with an engine that needs it, so that its first opening includes it", () => {
  expect(loadedBy("fs-sync")).toMatchObject({ status: 0, stderr: "" });
  expect(loadedBy("baba").stderr).toMatch(/^(valibot\n)+$/);
});
