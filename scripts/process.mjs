import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program with its output shown as it comes and nothing to read from, and gives its exit status.
 * Names without a folder are looked up among the installed tools first.
 *
 * @param {string} command
 * @param {readonly string[]} args words without spaces or quotes: Windows hands them to a shell
 * @param {{ folder?: string, environment?: Record<string, string> }} options `folder` is relative to the repository
 * @returns {Promise<number>}
 */
export function run(command, args, { folder = ".", environment = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: join(ROOT, folder),
      env: { ...toolEnvironment(), ...environment },
      stdio: ["ignore", "inherit", "inherit"],
      // npm's tools are .cmd files there, which only a shell starts.
      shell: process.platform === "win32" && command !== process.execPath,
    });
    child.once("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** This process's environment, with the installed tools on the path and their telemetry off. */
function toolEnvironment() {
  const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  // Windows writes "Path"; a second spelling beside it would be a second variable.
  const name = Object.keys(environment).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  environment[name] = [join(ROOT, "node_modules", ".bin"), environment[name]].filter(Boolean).join(delimiter);
  return environment;
}
