import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A JavaScript runtime other than the current one. */
export type Runtime = {
  /** Its name in the suites' names, where its version follows. */
  readonly name: string;
  /** The absolute path of its program. */
  readonly program: string;
  /** Options to pass before the script's name. */
  readonly options: readonly string[];
};

/** They are in `@baba/binaries`, so that their commands are not on any other package's path. */
const INSTALLED = new URL("../../binaries/node_modules/", import.meta.url);

/** All that are tested, only on Linux x64: npm does not have all of them for other platforms. */
export const RUNTIMES: readonly Runtime[] = [
  runtime("Bun", "bun/bin/bun.exe", ["--bun"]),
  runtime("Node 22", "node22/bin/node"),
  runtime("Node 24", "node24/bin/node"),
  runtime("Node 26", "node26/bin/node"),
];

/** Deno runs core's suite and the contract; @baba/deno has tests of its own. */
export const DENO: Runtime = runtime("Deno", "../../deno/node_modules/deno/bin.cjs", [
  "run",
  "--allow-all",
  "--no-prompt",
]);

/** Whether the programs were made for this platform. */
export const IS_TESTED_PLATFORM: boolean = process.platform === "linux" && process.arch === "x64";

/** The installed ones. */
export function installedRuntimes(): readonly Runtime[] {
  return IS_TESTED_PLATFORM ? RUNTIMES.filter(({ program }) => existsSync(program)) : [];
}

function runtime(name: string, program: string, options: readonly string[] = []): Runtime {
  return { name, program: fileURLToPath(new URL(program, INSTALLED)), options };
}
