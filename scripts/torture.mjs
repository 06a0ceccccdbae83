// `npm run torture`: the long runs, at their full size. Whatever words follow (`--long`, `--seed 7`) are
// handed on to each package's `torture` script.
import { run } from "./process.mjs";
import { readResults, resultsFolder, sum, table, writeResult } from "./results.mjs";
import { packagesWith } from "./workspace.mjs";

const results = resultsFolder();
const before = readResults(results);
for (const { name, folder } of packagesWith("torture")) await torture(name, folder);
report();

async function torture(name, folder) {
  console.log(`\n=== torture: ${name}`);
  const start = performance.now();
  const earlier = readResults(results);
  const words = process.argv.slice(2);
  const environment = { BABA_RESULTS: results };
  const status = await run("npm", ["run", "--silent", "torture", "--", ...words], { folder, environment });
  const seconds = (performance.now() - start) / 1000;
  const counted = added(earlier);
  // It must have judged something, and a status must not disagree with the counts.
  if (counted.passed + counted.failed > 0 && (status === 0 || counted.failed > 0)) return;
  writeResult(results, { suite: `torture ${name} (status ${status})`, passed: 0, failed: 1, seconds });
}

function added(earlier) {
  const then = sum(earlier);
  const now = sum(readResults(results));
  return { passed: now.passed - then.passed, failed: now.failed - then.failed };
}

function report() {
  const names = new Set(before.map(({ suite }) => suite));
  const own = readResults(results).filter(({ suite }) => !names.has(suite));
  const { passed, failed } = sum(own);
  console.log(`\n${table(own)}\n  ${passed} promises kept, ${failed} broken`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
