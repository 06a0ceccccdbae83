import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CATALOGUE, type OtherRuntime } from "../engines/catalogue.ts";
import type { Figures, Task } from "../trial/task.ts";
import { programOf } from "./peers.ts";

const TRIAL = fileURLToPath(new URL("../trial/main.js", import.meta.url));
const ORIGINAL = fileURLToPath(new URL("../../python/original.py", import.meta.url));
const RUNTIMES: Readonly<Record<OtherRuntime, readonly [string, string]>> = {
  node24: ["node24", "bin/node"],
  bun: ["bun", "bin/bun.exe"],
  deno: ["deno", "deno"],
};
const DENO = ["run", "--quiet", "--allow-all", "--no-lock"];
const ERROR = /^(error: )?(Uncaught )?(\(in promise\) )?(\w*Error( \[\w+\])?|error): (?=.)/;
/** How much to keep of what a process wrote before it failed. */
const KEPT = 600;

const running = new Set<ChildProcess>();
let isEnding = false;

/** Runs a task in its own process, and kills it if it takes longer than `limit` milliseconds. */
export async function runTrial(task: Task, limit: number): Promise<Figures> {
  const [program, ...args] = commandOf(task);
  const { status, output, errors } = await run(program ?? "", [...args, JSON.stringify(task)], limit);
  if (status === "too long")
    throw new Error(`It took longer than ${Number((limit / 1000).toPrecision(2))} s.`);
  if (status !== "0") throw new Error(reasonOf(errors) ?? `Its process ended with ${status}.`);
  const figures: Figures = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
  return figures;
}

/** A program's version, according to itself. */
export async function versionTold(runtime: OtherRuntime | "python"): Promise<string | undefined> {
  const [program = "", ...args] = runtime === "python" ? ["python3"] : [programOf(...RUNTIMES[runtime])];
  const { status, output } = await run(program, [...args, "--version"], 20_000);
  return status === "0" ? /\d+(\.\d+)+/.exec(output)?.[0] : undefined;
}

function commandOf({ engine }: Task): string[] {
  const { runtime, load } = CATALOGUE[engine];
  if (load === undefined) return ["python3", ORIGINAL];
  if (runtime === undefined) return [process.execPath, TRIAL];
  return [programOf(...RUNTIMES[runtime]), ...(runtime === "deno" ? DENO : []), TRIAL];
}

/** Ends all programs, for a run that is stopped; none starts any more, and none gives a result. */
export async function endTrials(): Promise<void> {
  isEnding = true;
  await Promise.all(
    Array.from(running, (child) => {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      return closed;
    }),
  );
}

type Ended = { readonly status: string; readonly output: string; readonly errors: string };

function run(program: string, args: readonly string[], limit: number): Promise<Ended> {
  return new Promise((resolve) => {
    if (isEnding) return;
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    running.add(child);
    let [output, errors, tooLong] = ["", "", false];
    const timer = setTimeout(() => {
      tooLong = true;
      child.kill("SIGKILL");
    }, limit);
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors = (errors + chunk).slice(0, 20 * KEPT);
    });
    const end = (status: string): void => {
      clearTimeout(timer);
      running.delete(child);
      if (!isEnding) resolve({ status: tooLong ? "too long" : status, output, errors });
    };
    child.on("error", ({ message }) => {
      errors += message;
      end("failed");
    });
    child.on("close", (code, signal) => end(String(code ?? signal)));
  });
}

/** The line of an error output that says what is wrong. */
export function reasonOf(errors: string): string | undefined {
  const lines = errors.split("\n").map((line) => line.trim());
  const line = lines.find((one) => ERROR.test(one)) ?? lines.findLast((one) => one !== "");
  return line?.replace(ERROR, "").slice(0, KEPT);
}
