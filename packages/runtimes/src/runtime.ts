import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A program that runs JavaScript, besides the one that runs this. */
export type Runtime = {
  /** As its suites are called, with its version. */
  readonly name: string;
  /** The absolute path of its program. */
  readonly program: string;
  /** What it has to be told before the script's name. */
  readonly options: readonly string[];
};

/** `@baba/binaries` keeps them, so that none of their commands is on any other package's path. */
const INSTALLED = new URL("../../binaries/node_modules/", import.meta.url);

/** All that are tested: on Linux x64, for which alone npm has every one of them. */
export const RUNTIMES: readonly Runtime[] = [
  runtime("Bun", "bun/bin/bun.exe", ["--bun"]),
  runtime("Node 22", "node22/bin/node"),
  runtime("Node 24", "node24/bin/node"),
  runtime("Node 26", "node26/bin/node"),
];

/** What Deno runs of them is core's alone; @baba/deno has its own tests. */
export const DENO: Runtime = runtime("Deno", "../../deno/node_modules/deno/bin.cjs", [
  "run",
  "--allow-all",
  "--no-prompt",
]);

/** Whether this platform is one that the programs were made for. */
export const IS_TESTED_PLATFORM: boolean = process.platform === "linux" && process.arch === "x64";

/** Those that are installed. */
export function installedRuntimes(): readonly Runtime[] {
  return IS_TESTED_PLATFORM ? RUNTIMES.filter(({ program }) => existsSync(program)) : [];
}

function runtime(name: string, program: string, options: readonly string[] = []): Runtime {
  return { name, program: fileURLToPath(new URL(program, INSTALLED)), options };
}
