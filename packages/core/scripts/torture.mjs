// The long runs of the codec and the commit protocol: a part of `npm run torture` at the root. `--help` lists the options.
import { spawnSync } from "node:child_process";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { mustBeSeed, suitesIn } from "../../../scripts/long-run-words.mjs";
import { writeResult } from "../../../scripts/results.mjs";
import { crashStore, failStore, runBanks, runSessions } from "../dist/testing/index.js";
import { fuzzCodec } from "./fuzz-codec.mjs";
import { killMutants } from "./kill-mutants.mjs";

const SUITES = ["codec", "crashes", "faults", "worlds", "sessions", "coverage", "mutants"];
/** Of those that are not about the commit protocol. */
const TITLES = { codec: "codec, mutated texts", sessions: "sessions, random programs" };
const HELP = `Usage: node scripts/torture.mjs [OPTION...]

Runs the long suites of the codec and the commit protocol. The exit status is 1 if a promise was broken.

  --long           ten times as much
  --seed N         starts from this seed, by default from 1
  --only NAME,...  only these suites: ${SUITES.join(", ")}
  --help           this text`;
const { scale, seed, only } = parsed();

await suite("codec", async () => {
  // A million errors are thrown, whose stacks are useless.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return fuzzCodec(1_000_000 * scale, seed, say);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

await suite("crashes", async () => {
  const states = 1_000_000 * scale;
  const totals = await crashStore(states, seed, ({ visited, distinct }) =>
    say(`  ${visited} of ${states} states, ${distinct} distinct`),
  );
  if (totals.distinct < states / 10) totals.violations.push(`only ${totals.distinct} distinct states`);
  return { passed: totals.visited, violations: totals.violations };
});

await suite("faults", async () => {
  let passed = 0;
  const violations = [];
  for (let scenario = seed; scenario < seed + 10 * scale; scenario++) {
    const report = await failStore(scenario);
    passed += report.runs;
    violations.push(
      ...report.violations.map(
        ({ message, fault, step }) => `scenario ${scenario}, ${JSON.stringify(fault)} at ${step}: ${message}`,
      ),
    );
    say(`  ${passed} disturbed runs`);
  }
  return { passed, violations };
});

await suite("worlds", async () => {
  const worlds = 3000 * scale;
  for (let world = 0; world < worlds; world += 100) {
    await runBanks(100, seed + world);
    say(`  ${world + 100} of ${worlds} worlds`);
  }
  return { passed: worlds, violations: [] };
});

await suite("sessions", async () => {
  const programs = { ordinary: 2000, tended: 1000, forced: 1000, cut: 1000, damaged: 500 };
  /** What has to be seen besides. */
  const special = { tended: ["tended"], cut: ["cuts", "lost"], damaged: ["damaged", "skipped"] };
  const violations = [];
  let passed = 0;
  for (const [kind, few] of Object.entries(programs)) {
    const all = few * scale;
    const seen = ["commits", "conflicts", "cutOff", "unheard", ...(special[kind] ?? [])];
    const sum = Object.fromEntries(seen.map((what) => [what, 0]));
    for (let program = 0; program < all; program += 100) {
      const totals = await runSessions(100, seed + program, kind);
      for (const what of seen) sum[what] += totals[what];
      say(`  ${program + 100} of ${all} ${kind} programs, ${JSON.stringify(sum)}`);
    }
    passed += all;
    const missing = seen.filter((what) => sum[what] === 0);
    violations.push(...missing.map((what) => `no ${kind} program has shown any ${what}`));
  }
  return { passed, violations };
});

await suite("coverage", async () => {
  const { status, stdout } = spawnSync("npm", ["run", "--silent", "coverage"], {
    // Its tests are already counted among those of this package.
    env: { ...process.env, BABA_RESULTS: "" },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const passed = Number(/Tests .*?(\d+) passed/.exec(stripVTControlCharacters(stdout))?.[1] ?? 0);
  const sound = status === 0 && passed > 0;
  return {
    passed,
    violations: sound ? [] : [`journal, lock and recovery are not covered whole:\n${stdout.slice(-3000)}`],
  };
});

await suite("mutants", () => killMutants({ every: 1, say }));

function parsed() {
  try {
    const options = optionsIn(process.argv.slice(2));
    if (options !== "help") return options;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message.replace(/\.?$/, ".")} See node scripts/torture.mjs --help.`);
    process.exit(2);
  }
}

function optionsIn(args) {
  const { values } = parseArgs({
    args,
    options: {
      long: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  mustBeSeed(values.seed);
  return {
    scale: values.long ? 10 : 1,
    seed: Number(values.seed),
    only: suitesIn(values.only, SUITES),
  };
}

/** Runs a suite and writes its result to the folder in `BABA_RESULTS`. */
async function suite(name, work) {
  const title = TITLES[name] ?? `commit protocol, ${name}`;
  if (!only.includes(name)) return;
  console.log(`${title} (seed ${seed}):`);
  const start = performance.now();
  const { passed, violations } = await work().catch((error) => ({ passed: 0, violations: [error.stack] }));
  if (passed === 0 && violations.length === 0) violations.push("nothing was run");
  const seconds = (performance.now() - start) / 1000;
  for (const violation of violations) console.error(`  VIOLATION: ${violation}`);
  console.log(`  ${passed} passed, ${violations.length} failed, ${seconds.toFixed(1)} s`);
  if (violations.length > 0) process.exitCode = 1;
  const folder = process.env.BABA_RESULTS;
  if (folder)
    writeResult(folder, { suite: title.replace(",", ""), passed, failed: violations.length, seconds });
}

function say(line) {
  console.log(line);
}
