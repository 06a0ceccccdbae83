import { parseArgs } from "node:util";
import type { Run, Suite } from "./harness/suite.ts";
import { SUITES } from "./suites.ts";

/** What to run, and how. */
export type Options = {
  readonly run: Run;
  readonly suites: readonly (readonly [name: string, work: Work])[];
};

type Work = (suite: Suite) => Promise<void>;

const ALL = Object.keys(SUITES);

export const HELP = `Usage: node dist/main.js [OPTION...]

Runs suites of real processes that are killed, stopped and raced, and prints a line for each. The exit status is 1 if a
promise was broken.

  --tenth          a tenth of the full size
  --long           ten times the full size
  --seed N         starts from this seed, by default from a random one
  --only NAME,...  only these suites: ${ALL.join(", ")}
  --keep           keeps the files of a suite that failed
  --help           this text`;

/** The options in a program's arguments; throws, in a sentence, if one is unknown or cannot be used. */
export function parseOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tenth: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const names = values.only?.split(",") ?? ALL;
  const unknown = names.filter((name) => !ALL.includes(name));
  if (unknown.length > 0)
    throw new RangeError(`There is no suite ${unknown.join(", ")}; there are ${ALL.join(", ")}.`);
  const suites = Object.entries(SUITES).filter(([name]) => names.includes(name));
  const scale = values.tenth ? 0.1 : values.long ? 10 : 1;
  return { run: { seed: seedIn(values.seed), scale, keep: values.keep }, suites };
}

function seedIn(word: string | undefined): number {
  if (word === undefined) return Math.floor(Math.random() * 1_000_000);
  if (!/^\d{1,15}$/.test(word)) throw new RangeError(`--seed takes a whole number, not ${word}.`);
  return Number(word);
}
