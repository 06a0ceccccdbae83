// `npm test`: everything that must pass before a change may land. All steps run, even after a failure; then
// each suite's counts are printed, and the status is 1 if anything failed.
import { run, twoAtATime } from "./process.mjs";
import { missing, readResults, resultsFolder, sum, table, writeResult } from "./results.mjs";
import { packagesWith } from "./workspace.mjs";

if (process.argv.length > 2) {
  console.error("npm test takes no options. See CONTRIBUTING.md for how to run a part of it.");
  process.exit(2);
}

/** Begun in this order, so that a long one is not the last to run, alone; the others follow. */
const LONGEST = ["core", "torture", "node", "pack-tests", "deno", "demo", "runtimes"].map(
  (name) => `@baba/${name}`,
);

/** Nothing else can begin before them. Generated files are compared first, as building rewrites them. */
const FIRST = [
  ["generated files", checkGenerated],
  ["build", () => turbo(["build"])],
];
/** After all tests, as some of them write into the repository for a while. */
const LAST = [
  ["biome", () => run("biome", ["check", "--error-on-warnings", "--max-diagnostics=50"])],
  ["knip", () => run("knip", [])],
];

const results = resultsFolder();
const failedSteps = [];
for (const step of FIRST) await timed(step);
// Without a build, they would judge an earlier one.
if (!failedSteps.includes("build")) await twoAtATime([...tests(), ["types", types]], timed);
for (const step of LAST) await timed(step);
noteMissingSuites();
report();

async function timed([name, step]) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  const status = await step();
  const seconds = (performance.now() - start) / 1000;
  console.log(`=== ${name}: ${status === 0 ? "ok" : `FAILED (status ${status})`}, ${seconds.toFixed(1)} s`);
  if (status === 0) return;
  failedSteps.push(name);
  // A failed suite is counted already; any other failure must show in the sums as well.
  if (sum(readResults(results)).failed === 0)
    writeResult(results, { suite: name, passed: 0, failed: 1, seconds });
}

async function checkGenerated() {
  const statuses = [
    await turbo(["build", "--filter=@baba/assembly"]),
    await run(process.execPath, ["scripts/embed-wasm.mjs", "--check"], { folder: "packages/core" }),
    await run(process.execPath, ["scripts/embed-worker.mjs", "--check"], { folder: "packages/node" }),
  ];
  return statuses.find((status) => status !== 0) ?? 0;
}

function tests() {
  const rank = ({ name }) => (LONGEST.includes(name) ? LONGEST.indexOf(name) : LONGEST.length);
  return packagesWith("test")
    .sort((a, b) => rank(a) - rank(b))
    .map(({ name }) => {
      const words = ["test", "--only", `--filter=${name}`, "--log-prefix=none"];
      return [`tests of ${name}`, () => turbo(words, `${name} | `)];
    });
}

function types() {
  return turbo(["check"], "types | ");
}

function turbo(words, prefix) {
  const args = ["scripts/turbo.mjs", "run", ...words, "--continue=dependencies-successful"];
  return run(process.execPath, args, { environment: { BABA_RESULTS: results }, prefix });
}

function noteMissingSuites() {
  const names = packagesWith("test").map(({ name }) => name);
  for (const result of missing(names, readResults(results))) writeResult(results, result);
}

function report() {
  const all = readResults(results);
  const { passed, failed } = sum(all);
  console.log(`\n${table(all)}\n  ${passed} tests passed, ${failed} failed`);
  if (failedSteps.length > 0) console.log(`  FAILED: ${failedSteps.join("; ")}`);
  process.exitCode = failedSteps.length > 0 || failed > 0 || passed === 0 ? 1 : 0;
}
