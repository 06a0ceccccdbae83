import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAllNow } from "./harness/child.ts";
import { type Result, type Run, runSuite } from "./harness/suite.ts";
import { SUITES } from "./suites.ts";

/**
 * Runs the suites and prints a line for each: `node main.js [--tenth | --long] [--seed N] [--only NAME]
 * [--keep]`. The exit status is 1 if a promise was broken.
 */
async function main(): Promise<void> {
  const { run, names } = options();
  const results: Result[] = [];
  for (const name of names) {
    const work = SUITES[name];
    if (work === undefined)
      throw new RangeError(`There is no suite "${name}": ${Object.keys(SUITES).join(", ")}.`);
    process.stdout.write(`${name}: begins with seed ${run.seed} at ${run.scale} of its size\n`);
    const result = await runSuite(name, work, run);
    write(result);
    results.push(result);
  }
  for (const result of results) process.stdout.write(`${summary(result)}\n`);
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
}

function options(): { run: Run; names: readonly string[] } {
  const { values } = parseArgs({
    options: {
      tenth: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      seed: { type: "string" },
      only: { type: "string" },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new RangeError("--seed takes a whole number.");
  const scale = values.tenth ? 0.1 : values.long ? 10 : 1;
  return { run: { seed, scale, keep: values.keep }, names: values.only?.split(",") ?? Object.keys(SUITES) };
}

/** Writes the result to the folder in `BABA_RESULTS`. */
function write(result: Result): void {
  const folder = process.env.BABA_RESULTS;
  if (folder === undefined || folder === "") return;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `torture-${result.suite}.json`);
  // Whoever reads the folder meanwhile must not meet half of it.
  writeFileSync(`${path}.part`, `${JSON.stringify(result)}\n`);
  renameSync(`${path}.part`, path);
}

function summary({ suite, passed, failed, seconds }: Result): string {
  return `${failed === 0 ? "kept  " : "BROKEN"} ${suite}: ${passed} passed, ${failed} failed, ${seconds} s`;
}

process.once("exit", killAllNow);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
await main();
