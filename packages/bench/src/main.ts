import { runCodec } from "./codec/index.ts";
import { runCommits } from "./commits/index.ts";
import { runJournals } from "./journals/index.ts";
import { runReads } from "./reads/index.ts";

type Bench = { readonly about: string; run(options: { quick: boolean }): void | Promise<void> };

const BENCHES = new Map<string, Bench>([
  [
    "codec",
    { about: "base-3 text beside memory.copy, plain JavaScript, hex, base64 and Python", run: runCodec },
  ],
  ["journals", { about: "the two kinds of journal that were thought of", run: runJournals }],
  ["commits", { about: "durable commits beside SQLite, LMDB, NeDB and files by hand", run: runCommits }],
  ["reads", { about: "reads beside their system calls, fs.promises and the Python original", run: runReads }],
]);

const HELP = [
  "Usage: node packages/bench/dist/main.js [NAME...] [--quick]",
  "",
  "Runs the named benchmarks, or all, and writes their sections of docs/performance.md.",
  "",
  "  --quick  a short run that writes nothing",
  "  --help   this text",
  "",
  ...[...BENCHES].map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`),
].join("\n");

/** Runs the benchmarks that the arguments name, one after the other; the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = args.filter((arg) =>
    arg.startsWith("--") ? !["--quick", "--help"].includes(arg) : !BENCHES.has(arg),
  );
  if (unknown.length > 0 || args.includes("--help")) {
    console.log(unknown.length > 0 ? `There is no ${unknown.join(", ")}.\n\n${HELP}` : HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  for (const [name, bench] of BENCHES) {
    if (names.length === 0 || names.includes(name)) await bench.run({ quick: args.includes("--quick") });
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
