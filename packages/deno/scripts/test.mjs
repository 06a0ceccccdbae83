// Runs the tests under Deno and leaves their counts. Most of them get no more permissions than an application
// needs; those in *.system.test.ts start processes, make links and mount, and get all. The examples in docstrings run too;
// those of core, which run on Node.js in every test, with `--core-examples` alone: a part of `npm run torture`.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ROOT, run } from "../../../scripts/process.mjs";
import { writeResult } from "../../../scripts/results.mjs";

const SYSTEM = "src/**/*.system.test.ts";
const CONFIG = join(ROOT, "packages/deno/deno.json");
const [first, ...rest] = process.argv.slice(2);
const isOfCore = first === "--core-examples";
const words = isOfCore ? rest : process.argv.slice(2);
const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), "baba-deno-"));
// Tests become another user, who has to reach their files.
chmodSync(folder, 0o755);
const counts = { passed: 0, failed: 0 };
try {
  if (isOfCore) await examples("core/src");
  else await testsAndExamples();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const results = process.env.BABA_RESULTS;
const seconds = (performance.now() - started) / 1000;
const suite = isOfCore ? "@baba/deno, examples of core" : "@baba/deno";
if (results) writeResult(results, { suite, ...counts, seconds });
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

async function testsAndExamples() {
  const readable = [folder, join(ROOT, "vectors")].join(",");
  await test("alone", [`--allow-read=${readable}`, `--allow-write=${folder}`, `--ignore=${SYSTEM}`, "src"]);
  await test("system", ["--allow-all", SYSTEM]);
  await examples("deno/src", "deno/README.md");
}

/** Those in sources and documents. */
async function examples(...paths) {
  const rights = [`--allow-read=${folder},.`, `--allow-write=${folder},.`];
  await test("examples", [...rights, "--doc", ...paths.flatMap(sourcesIn)], folder);
}

async function test(name, args, directory = join(ROOT, "packages/deno")) {
  const report = join(folder, `${name}.xml`);
  const environment = { TMPDIR: folder, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const flags = ["test", "--no-check", "--no-prompt", `--config=${CONFIG}`, `--junit-path=${report}`];
  const status = await run("deno", [...flags, ...args, ...words], {
    folder: relative(ROOT, directory),
    environment,
  });
  const [passed, failed] = countsIn(report);
  counts.passed += passed;
  // A module that did not load has no test of its own.
  counts.failed += failed === 0 && status !== 0 ? 1 : failed;
}

/** The modules of a package's folder, or the one file that the path names. */
function sourcesIn(path) {
  const full = join(ROOT, "packages", path);
  if (statSync(full).isFile()) return [full];
  const names = readdirSync(full, { recursive: true }).filter((name) =>
    /(?<!\.test|\.test-d|\.fixture)\.ts$/.test(name),
  );
  return names.map((name) => join(full, name));
}

/** The sums of a report in JUnit's form. */
function countsIn(report) {
  let text;
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return [0, 0];
  }
  const head = /<testsuites [^>]*>/.exec(text)?.[0] ?? "";
  const number = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = number("failures") + number("errors");
  return [number("tests") - failed - (text.match(/<skipped/g) ?? []).length, failed];
}
