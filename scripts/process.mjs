import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program with its output shown immediately and no input, and resolves to its exit status. Names
 * without a folder are looked up among the installed tools first.
 *
 * @param {string} command
 * @param {readonly string[]} args words without spaces or quotes, as Windows passes them to a shell
 * @param {{ folder?: string, environment?: Record<string, string>, prefix?: string }} options `folder` is
 * relative to the repository; `prefix` is put before each line of output, for programs that run concurrently
 * @returns {Promise<number>}
 */
export function run(command, args, { folder = ".", environment = {}, prefix } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: join(ROOT, folder),
      env: { ...toolEnvironment(), ...environment },
      stdio: prefix === undefined ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
      // On Windows npm's tools are .cmd files, which only a shell can start.
      shell: process.platform === "win32" && command !== process.execPath,
    });
    if (prefix !== undefined) {
      printLines(child.stdout, process.stdout, prefix);
      printLines(child.stderr, process.stderr, prefix);
    }
    child.once("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/**
 * Does work on items in their order, on two at a time whatever the number of cores, so that what tests and benchmarks
 * measure does not depend on it.
 *
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<void>} work
 */
export async function twoAtATime(items, work) {
  const waiting = [...items];
  const inTurn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all([inTurn(), inTurn()]);
}

function printLines(from, to, prefix) {
  createInterface({ input: from }).on("line", (line) => to.write(`${prefix}${line}\n`));
}

/** The environment, with the installed tools on the path and their telemetry off. */
function toolEnvironment() {
  const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  // Windows spells it "Path"; another spelling would be a second variable.
  const name = Object.keys(environment).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  environment[name] = [join(ROOT, "node_modules", ".bin"), environment[name]].filter(Boolean).join(delimiter);
  return environment;
}
