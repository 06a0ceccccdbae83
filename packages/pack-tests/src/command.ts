import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A program's output, standard error included, and its exit status. */
export type Finished = { readonly status: number; readonly output: string };

/** This package's folder. */
export const HERE: string = fileURLToPath(new URL("..", import.meta.url));

/** The folders of this package's tools and of the repository's. */
const TOOLS = [join(HERE, "node_modules", ".bin"), join(HERE, "..", "..", "node_modules", ".bin")];

/** Runs a program. The arguments must not have spaces or quotes, as Windows passes them to a shell. */
export function run(
  command: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...toolEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      // On Windows npm's tools are .cmd files, which only a shell can start.
      shell: process.platform === "win32" && command !== process.execPath,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status: status ?? 1, output }));
  });
}

/** Runs a program that must succeed, and returns its output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, output } = await run(command, args, folder, environment);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
  return output;
}

function toolEnvironment(): NodeJS.ProcessEnv {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { ...process.env, [name]: [...TOOLS, process.env[name] ?? ""].join(delimiter), NO_COLOR: "1" };
}
