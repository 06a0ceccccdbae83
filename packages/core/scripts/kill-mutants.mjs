// Runs the commit protocol's tests on its mutants: `node scripts/kill-mutants.mjs [N]` takes every N-th of
// them.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MUTANTS, NO_MUTANT } from "./mutants.mjs";

const core = fileURLToPath(new URL("..", import.meta.url));
/**
 * What runs where the mutant's own test does not notice: the quick ones first. The limits, in milliseconds, are many
 * times what they take.
 */
const TESTS = [
  { tests: "src/storage", limit: 90_000 },
  { tests: "src/testing/commit-protocol", limit: 600_000 },
];

/**
 * Runs the tests of the commit protocol on each mutant (or on each `every`-th): all must fail.
 *
 * @param {{ every: number, say: (line: string) => void }} options
 * @returns {Promise<{ passed: number, violations: string[] }>}
 */
export async function killMutants({ every, say }) {
  for (const mutant of MUTANTS) planted(mutant, core);
  const violations = [];
  let passed = 0;
  // When the tests themselves run a part of the mutants, they have shown that they pass without.
  const sound = every === 1 ? kill(NO_MUTANT) : undefined;
  if (sound !== undefined) return { passed, violations: [`without any mutant a test fails: ${sound}`] };
  for (const [i, mutant] of MUTANTS.entries()) {
    if (i % every !== 0) continue;
    const start = performance.now();
    const killer = kill(mutant);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (killer === undefined) violations.push(`no test notices: ${mutant.name}`);
    else passed++;
    say(`  ${killer === undefined ? "SURVIVED" : "caught"}: ${mutant.name} (${killer ?? "-"}; ${seconds} s)`);
  }
  return { passed, violations };
}

/** The first test that fails with the mutant. */
function kill(mutant) {
  const folder = mkdtempSync(join(core, "build-mutant-"));
  try {
    plant(mutant, folder);
    for (const { tests, limit, unexpected } of testsOf(mutant)) {
      const failed = firstFailure(tests, limit, folder, mutant.name);
      if (failed !== undefined) return unexpected ? `${failed}, not ${mutant.caughtBy}` : failed;
    }
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function testsOf({ caughtBy }) {
  if (caughtBy === undefined) return TESTS;
  return [
    { tests: `src/${caughtBy}`, limit: 300_000 },
    ...TESTS.map((others) => ({ ...others, unexpected: true })),
  ];
}

/** Copies the package and applies the mutant. */
function plant(mutant, folder) {
  cpSync(join(core, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(core, "package.json"), join(folder, "package.json"));
  writeFileSync(join(folder, "tsconfig.json"), '{ "extends": "../../../tsconfig.base.json" }');
  symlinkSync(join(core, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src/storage", mutant.file), planted(mutant, folder));
}

/** The source of a folder's copy of the package with the mutant in it. All must fit, also those that do not run today. */
function planted({ name, file, find, replace, caughtBy }, folder) {
  if (caughtBy !== undefined && !existsSync(join(core, "src", caughtBy)))
    throw new Error(`There is no test ${caughtBy}, which should catch "${name}": mend scripts/mutants.mjs.`);
  const source = readFileSync(join(folder, "src/storage", file), "utf8");
  if (source.split(find).length !== 2)
    throw new Error(`The mutant "${name}" no longer fits ${file}: mend scripts/mutants.mjs.`);
  return source.replace(find, () => replace);
}

/** The first test that fails in a folder. */
function firstFailure(tests, limit, folder, name) {
  const { stdout, error } = runTests(tests, limit, folder);
  if (error !== undefined && "code" in error && error.code === "ETIMEDOUT")
    return `none: within ${limit / 1000} seconds they did not end`;
  const json = stdout.slice(stdout.indexOf("{"), stdout.lastIndexOf("}") + 1);
  const { testResults = [], numTotalTests = 0 } = json === "" ? {} : JSON.parse(json);
  if (numTotalTests === 0) throw new Error(`No test ran for "${name}": ${stdout.slice(0, 2000)}`);
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed")?.fullName;
}

function runTests(tests, limit, folder) {
  // Threads end with their process, even in an endless loop.
  const words = [
    "--pool=threads",
    "--exclude=**/mutants.test.ts",
    "--exclude=**/*-built.test.ts",
    "--bail=1",
    "--typecheck.enabled=false",
    "--reporter=json",
  ];
  return spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", tests, ...words], {
    cwd: folder,
    // Some mutants are only caught in scenarios that `npm test` leaves to the long runs.
    env: { ...process.env, BABA_MUTANT: "yes" },
    encoding: "utf8",
    timeout: limit,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 28,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const every = Number(process.argv[2] ?? 1);
  // No mutant is an N-th one for what is no such number: none would survive.
  if (Number.isSafeInteger(every) && every > 0) {
    const { violations } = await killMutants({ every, say: console.log });
    process.exitCode = violations.length > 0 ? 1 : 0;
  } else {
    console.error("Usage: node scripts/kill-mutants.mjs [N], where N is 1 or more: runs every N-th mutant.");
    process.exitCode = 2;
  }
}
