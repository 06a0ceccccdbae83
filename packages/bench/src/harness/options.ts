import { parseArgs } from "node:util";
import { ENGINE_NAMES, type EngineName } from "../engines/catalogue.ts";
import { WORKLOADS, type WorkloadName } from "../workloads/index.ts";
import { FULL, QUICK } from "./plan.ts";

/** Measurements of parts, which have their own programs and sections. */
export const PARTS = {
  codec: "base-3 text beside memory.copy, plain JavaScript, hex, base64 and Python",
  files: "the adapter for Node.js beside the bare system calls",
  journals: "the two kinds of journal that were thought of",
} as const;

export type Part = keyof typeof PARTS;

/** The command's options. */
export type Options = {
  readonly quick: boolean;
  readonly workloads: readonly WorkloadName[];
  readonly parts: readonly Part[];
  readonly engines: readonly EngineName[];
  readonly records: readonly number[] | undefined;
  readonly rounds: number | undefined;
  readonly minutes: number;
  readonly resume: boolean;
  readonly report: boolean;
};

const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[]; // Object.keys() loses the type.
const PART_NAMES = Object.keys(PARTS) as readonly Part[]; // Object.keys() loses the type.

export const HELP = `Usage: npm run bench -- [OPTION...]

Compares BabaDB with other engines and with bare system calls, each in a process and a folder of its
own, and writes the figures to docs/performance-data.json and from there to docs/performance.md and
docs/plots. Figures of earlier runs are kept where this run measures nothing.

  --quick            a short run with few records, which writes nothing
  --only NAME,...    only these workloads and parts
  --engines NAME,... only these engines; all parts too, unless --only leaves them out
  --records N,...    only stores of these sizes (${sizes(false).join(", ")}; quick: ${sizes(true).join(", ")})
  --rounds N         this many rounds instead of the planned number
  --minutes N        stops measuring engines after this time; --resume does the rest
  --resume           continues a stopped run that had the same arguments, on the same machine
  --report           measures nothing; writes the document from the existing figures
  --help             this text

Workloads:
${list(Object.entries(WORKLOADS).map(([name, { about }]) => [name, about]))}

Parts:
${list(Object.entries(PARTS))}

Engines:
  ${ENGINE_NAMES.join(", ")}`;

/** Parses the command's arguments; throws if one is unknown. */
export function parseOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      engines: { type: "string" },
      records: { type: "string" },
      rounds: { type: "string" },
      minutes: { type: "string" },
      resume: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const only = chosen(values.only, [...WORKLOAD_NAMES, ...PART_NAMES]);
  return {
    quick: values.quick,
    workloads: WORKLOAD_NAMES.filter((name) => only.includes(name)),
    parts: PART_NAMES.filter((name) => only.includes(name)),
    engines: chosen(values.engines, ENGINE_NAMES),
    records:
      values.records === undefined ? undefined : chosen(values.records, sizes(values.quick)).map(Number),
    rounds: values.rounds === undefined ? undefined : wholeNumberOf(values.rounds),
    minutes: values.minutes === undefined ? Number.POSITIVE_INFINITY : numberOf(values.minutes),
    resume: values.resume,
    report: values.report,
  };
}

function wholeNumberOf(word: string): number {
  if (!/^[1-9]\d{0,5}$/.test(word)) throw new Error(`${word} is not a whole number of rounds.`);
  return Number(word);
}

function chosen<T extends string>(words: string | undefined, known: readonly T[]): readonly T[] {
  if (words === undefined) return known;
  const names = words.split(",").map((word) => word.trim());
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(", ")}; there are ${known.join(", ")}.`);
  return known.filter((one) => names.includes(one));
}

/** The sizes of stores in a run. */
function sizes(quick: boolean): string[] {
  return (quick ? QUICK : FULL).stages.map(({ records }) => String(records));
}

function numberOf(word: string): number {
  const number = Number(word);
  if (!(number > 0)) throw new Error(`${word} is not a positive number.`);
  return number;
}

function list(entries: readonly (readonly string[])[]): string {
  return entries.map(([name = "", about]) => `  ${name.padEnd(9)} ${about}`).join("\n");
}
