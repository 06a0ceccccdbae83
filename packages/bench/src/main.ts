import { runCodec } from "./codec/index.ts";
import { CATALOGUE } from "./engines/catalogue.ts";
import { enginesHere } from "./harness/engines-here.ts";
import { HELP, type Options, parseOptions } from "./harness/options.ts";
import { installPeers } from "./harness/peers.ts";
import { FULL, QUICK } from "./harness/plan.ts";
import { loadResults, NOTHING, type Results, saveResults, withCells } from "./harness/results.ts";
import { measure, ownFailures } from "./harness/run.ts";
import { runJournals } from "./journals/index.ts";
import { runFiles } from "./node-io/index.ts";
import { writeReport } from "./report/report.ts";

const DATA = new URL("../../../docs/performance-data.json", import.meta.url);

/** Measures what the command asks for; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  const results = options.report ? loadResults(DATA) : await measureAll(options);
  writeReport(results, { quick: options.quick });
  const failures = options.report ? [] : ownFailures(results);
  for (const failure of failures) console.error(`FAILED: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

function optionsOf(args: readonly string[]): Options | "help" {
  try {
    return parseOptions(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message.replace(/\.?$/, ".")} See npm run bench -- --help.`);
  }
}

async function measureAll(options: Options): Promise<Results> {
  const { quick } = options;
  // Parts are measured in one go and cannot be resumed.
  const parts = options.resume ? [] : options.parts;
  const cells = parts.includes("codec") ? runCodec({ quick }) : [];
  if (parts.includes("files")) await runFiles({ quick });
  if (parts.includes("journals")) await runJournals({ quick });
  const keep = (results: Results): void => {
    if (!quick) saveResults(DATA, results);
  };
  const results = withCells(await measureEngines(options, keep), cells);
  keep(results);
  return results;
}

async function measureEngines(options: Options, keep: (results: Results) => void): Promise<Results> {
  const known = options.quick ? NOTHING : loadResults(DATA);
  if (options.workloads.length === 0) return known;
  installPeers(
    options.engines.flatMap((engine) => CATALOGUE[engine].peers ?? []),
    options,
  );
  return measure(options.quick ? QUICK : FULL, options, await enginesHere(), known, keep);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
