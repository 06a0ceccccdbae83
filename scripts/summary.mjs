// The end of .ci/run: prints the time and counts of every suite, and their sums in one plain last line. The
// arguments are the statuses of the runs before it.
import { readResults, resultsFolder, sum, table } from "./results.mjs";

const statuses = process.argv.slice(2).map(Number);
const results = readResults(resultsFolder());
const { passed, failed } = sum(results);
const unexplained = failed === 0 && statuses.some((status) => status !== 0) ? 1 : 0;

console.log(`\n${table(results)}\n`);
if (unexplained > 0) console.log("A run failed without counting a failure: see its output above.\n");
if (passed === 0) console.log("No test has passed.\n");
console.log(`${passed} passed, ${failed + unexplained} failed`);
process.exitCode = failed + unexplained > 0 || passed === 0 ? 1 : 0;
