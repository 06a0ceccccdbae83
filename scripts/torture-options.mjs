import { parseArgs } from "node:util";
import { SUITES as PROCESSES } from "../packages/torture/dist/suites.js";
import { mustBeSeed, suitesIn } from "./long-run-words.mjs";

/**
 * The suites of each package for `npm run torture`, which builds them first. The last three packages have one
 * suite each, without options.
 */
const SUITES = {
  "@baba/core": ["codec", "crashes", "faults", "worlds", "sessions", "coverage", "mutants"],
  "@baba/torture": Object.keys(PROCESSES),
  "@baba/pack-tests": ["packages"],
  "@baba/runtimes": ["runtimes"],
  "@baba/deno": ["examples"],
};
const TAKE_WORDS = ["@baba/core", "@baba/torture"];
const ALL = Object.values(SUITES).flat();

export const HELP = `Usage: npm run torture -- [OPTION...]

Runs the long suites at their full size, two packages at a time, and ends with a table of the promises kept and broken.

  --long           ten times as long: simulations, disturbed runs, and runs of real processes
  --seed N         starts from this seed; every failure names its seed
  --only NAME,...  only these suites
  --help           this text

Suites:
${Object.entries(SUITES)
  .map(([name, suites]) => `  ${name.padEnd(18)}${suites.join(", ")}`)
  .join("\n")}`;

/**
 * The arguments for each package that has something to run; throws if an option or suite is unknown.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} packages names of those that have a `torture` script
 * @returns {Map<string, string[]> | "help"}
 */
export function parseTortureOptions(args, packages) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      long: { type: "boolean", default: false },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  if (values.seed !== undefined) mustBeSeed(values.seed);
  const only = suitesIn(values.only, ALL);
  return new Map(packages.flatMap((name) => wordsOf(name, only, values)));
}

function wordsOf(name, only, { long, seed }) {
  const suites = SUITES[name]?.filter((suite) => only.includes(suite));
  if (suites === undefined) throw new Error(`${name} has no suites in scripts/torture-options.mjs.`);
  if (suites.length === 0) return [];
  const words = [
    "--only",
    suites.join(","),
    ...(long ? ["--long"] : []),
    ...(seed === undefined ? [] : ["--seed", seed]),
  ];
  return [[name, TAKE_WORDS.includes(name) ? words : []]];
}
