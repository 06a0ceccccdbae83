import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EngineName } from "./engines.ts";
import type { BurstOutcome, Outcome, Task } from "./trial.ts";

const TRIAL = fileURLToPath(new URL("trial.js", import.meta.url));
const SCRIPT = fileURLToPath(new URL("../../python/per_file.py", import.meta.url));
const PYTHON = "python3";
const run = promisify(execFile);

/** The engine that is a script in Python. */
export const IN_PYTHON: EngineName = "Python original (never syncs)";

/** Runs a task in a process of its own. */
export async function runTrial(task: Task): Promise<Outcome> {
  if (task.engine === IN_PYTHON) {
    return parsed(await run(PYTHON, [SCRIPT, task.folder, String(task.size), String(task.commits)]));
  }
  return parsed(await run(process.execPath, [TRIAL, JSON.stringify(task)]));
}

/** Runs a task of bursts in a process of its own. */
export async function runBursts(task: Task & { readonly burst: number }): Promise<BurstOutcome> {
  return parsed(await run(process.execPath, [TRIAL, JSON.stringify(task)]));
}

/** The version of Python, where there is one. */
export async function pythonVersion(): Promise<string | undefined> {
  try {
    return (await run(PYTHON, ["--version"])).stdout.trim().replace("Python ", "");
  } catch {
    return undefined;
  }
}

function parsed<T>({ stdout }: { readonly stdout: string }): T {
  const outcome: T = JSON.parse(stdout);
  return outcome;
}
