import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { killAllNow } from "./harness/child.ts";
import { type Result, runSuite } from "./harness/suite.ts";
import { HELP, type Options, parseOptions } from "./options.ts";

/** Runs the suites and prints a line for each. The exit status is 1 if a promise was broken. */
async function main({ run, suites }: Options): Promise<void> {
  const results: Result[] = [];
  for (const [name, work] of suites) {
    process.stdout.write(`${name}: begins with seed ${run.seed} at ${run.scale} of its size\n`);
    const result = await runSuite(name, work, run);
    write(result);
    results.push(result);
  }
  for (const result of results) process.stdout.write(`${summary(result)}\n`);
  process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
}

/** `undefined` if there is nothing to run, which has been said. */
function optionsOf(args: readonly string[]): Options | undefined {
  try {
    const options = parseOptions(args);
    if (options !== "help") return options;
    process.stdout.write(`${HELP}\n`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message.replace(/\.?$/, ".")} See node dist/main.js --help.\n`);
    process.exitCode = 2;
  }
  return undefined;
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
const options = optionsOf(process.argv.slice(2));
if (options !== undefined) await main(options);
