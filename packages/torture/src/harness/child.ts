import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { NODE, type Runtime } from "./runtime.ts";

const PROGRAM = fileURLToPath(new URL("../program.js", import.meta.url));
/** A child that is silent for this long hangs, in milliseconds. */
const LONGEST_SILENCE = 60_000;
/** The same for one that has work to finish. */
const LONGEST_WORK = 900_000;

/** Running children. */
const living = new Set<Child>();

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/**
 * A program of this package in its own process. It communicates in lines of JSON, and stops when its standard
 * input ends, so that it never outlives its parent.
 */
export class Child {
  readonly name: string;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: string[] = [];
  #heard: () => void = () => undefined;
  #ended = false;
  #begun = false;
  #errors = "";

  /** Starts a program with a JSON argument; `folder` is where it may work, for runtimes with permissions. */
  constructor(program: string, argument: unknown, runtime: Runtime = NODE, folder = ".") {
    this.name = `${program} on ${runtime.name}`;
    const words = [...runtime.options(folder), PROGRAM, program, JSON.stringify(argument)];
    this.#process = spawn(runtime.command, words, { stdio: ["pipe", "pipe", "pipe"] });
    living.add(this);
    this.exited = this.#watch();
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} could not be started.`);
    return pid;
  }

  /** Its next line, which must fit the schema. @throws if it ended, or stays silent for too long */
  async next<T extends v.GenericSchema>(schema: T): Promise<v.InferOutput<T>> {
    return v.parse(schema, JSON.parse(await this.#line()));
  }

  /** Whether it has sent something that `next` has not returned yet. */
  get hasSpoken(): boolean {
    return this.#lines.length > 0;
  }

  /** Resolves when it has sent its first line, which says that it has begun. */
  async hasBegun(): Promise<void> {
    if (this.#begun) return;
    await this.#line();
    this.#begun = true;
  }

  /** Of one that could not be started, `next` tells. */
  send(message: unknown): void {
    if (this.#hasStarted) this.#process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends SIGKILL; resolves when it has ended. @throws if it had ended by itself before */
  async kill(): Promise<void> {
    const { signal } = await this.end();
    if (signal !== "SIGKILL") throw this.#death("before it was killed");
  }

  /** Sends SIGKILL, if it still runs; resolves when it has ended. */
  end(): Promise<Exit> {
    this.#signal("SIGKILL");
    return this.exited;
  }

  /** Sends SIGSTOP; resolves when the kernel has stopped all its threads. */
  async pause(): Promise<void> {
    this.#signal("SIGSTOP");
    while (!this.#ended && !isStopped(this.pid)) await after(1);
    if (this.#ended) throw this.#death("before it could be paused");
  }

  /** Sends SIGCONT. */
  resume(): void {
    this.#signal("SIGCONT");
  }

  /** Ends its standard input and waits until it ends. @throws if it fails */
  async finish(): Promise<void> {
    if (this.#hasStarted) this.#process.stdin.end();
    const { code } = await this.ended();
    if (code !== 0) throw this.#death("when it was asked to stop");
  }

  /** Waits until it ends by itself. @throws if that takes too long, after which it is killed */
  async ended(longest: number = LONGEST_WORK): Promise<Exit> {
    let isLate = false;
    const hanging = setTimeout(() => {
      isLate = true;
      this.#signal("SIGKILL");
    }, longest);
    const exit = await this.exited;
    clearTimeout(hanging);
    if (isLate) throw this.#death("as it went on for too long");
    return exit;
  }

  /** What it wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  get #hasStarted(): boolean {
    return this.#process.pid !== undefined;
  }

  /** What is sent to one that could not be started, Node.js would send to its own process group. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#hasStarted) this.#process.kill(signal);
  }

  async #watch(): Promise<Exit> {
    const end = this.#end();
    if (this.#hasStarted) this.#listen();
    const exit = await end;
    this.#ended = true;
    living.delete(this);
    this.#heard();
    return exit;
  }

  /** An event that tells of an error is all that comes of a process that could not be started. */
  #end(): Promise<Exit> {
    return new Promise((resolve) => {
      this.#process.once("close", (code, signal) => resolve({ code, signal }));
      this.#process.on("error", (error) => {
        this.#errors += error.message;
        if (!this.#hasStarted) resolve({ code: null, signal: null });
      });
    });
  }

  #listen(): void {
    const { stdout, stderr, stdin } = this.#process;
    // The pipe of a dead child: its death is reported by `exited`.
    stdin.on("error", () => undefined);
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    createInterface({ input: stdout }).on("line", (line) => {
      this.#lines.push(line);
      this.#heard();
    });
  }

  async #line(): Promise<string> {
    const silence = setTimeout(() => this.#signal("SIGKILL"), LONGEST_SILENCE);
    try {
      for (;;) {
        const line = this.#lines.shift();
        if (line !== undefined) return line;
        if (this.#ended) throw this.#death("while something was expected from it");
        await new Promise<void>((resolve) => {
          this.#heard = resolve;
        });
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #death(when: string): Error {
    if (!this.#hasStarted) return new Error(`${this.name} could not be started: ${this.#errors}`);
    const { exitCode, signalCode } = this.#process;
    return new Error(`${this.name} ended (${signalCode ?? exitCode}) ${when}: ${this.#errors || "no words"}`);
  }
}

/** Kills all running children. */
export async function killAll(): Promise<void> {
  await Promise.all([...living].map((child) => child.end()));
}

/** The same without waiting, for when this process exits. */
export function killAllNow(): void {
  for (const child of living) void child.end();
}

/** All threads must have stopped: one in a system call only stops after it. */
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  });
}
