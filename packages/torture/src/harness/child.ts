import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { NODE, type Runtime } from "./runtime.ts";

const PROGRAM = fileURLToPath(new URL("../program.js", import.meta.url));
/** A child that says nothing for so long hangs, in milliseconds. */
const LONGEST_SILENCE = 60_000;
/** The same for one that has work to do before its end. */
const LONGEST_WORK = 900_000;

/** Children that were started here and have not ended. */
const living = new Set<Child>();

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/**
 * One program of this package in a process of its own. It speaks in lines of JSON, and is asked to
 * stop by the end of its standard input, so that it never outlives its parent.
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

  /** Starts a program with an argument that JSON can hold; `folder` is where it may work, for runtimes that ask. */
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

  /** The next line that it says, which must fit. @throws where it ended, or says nothing for long */
  async next<T extends v.GenericSchema>(schema: T): Promise<v.InferOutput<T>> {
    return v.parse(schema, JSON.parse(await this.#line()));
  }

  /** Whether it has said something that `next` did not give yet. */
  get hasSpoken(): boolean {
    return this.#lines.length > 0;
  }

  /** Resolves when it has said its first line, which is that it has begun. */
  async hasBegun(): Promise<void> {
    if (this.#begun) return;
    await this.#line();
    this.#begun = true;
  }

  send(message: unknown): void {
    this.#process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** SIGKILL; resolves when it has ended. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exited;
  }

  /** SIGSTOP; resolves when the kernel has stopped all of it. */
  async pause(): Promise<void> {
    this.#process.kill("SIGSTOP");
    while (!this.#ended && !isStopped(this.pid)) await after(1);
    if (this.#ended) throw this.#death("before it could be paused");
  }

  /** SIGCONT. */
  resume(): void {
    this.#process.kill("SIGCONT");
  }

  /** Ends its standard input and waits for its end. @throws where that is not a good one */
  async finish(): Promise<void> {
    this.#process.stdin.end();
    const hanging = setTimeout(() => this.#process.kill("SIGKILL"), LONGEST_WORK);
    const { code } = await this.exited;
    clearTimeout(hanging);
    if (code !== 0) throw this.#death("when it was asked to stop");
  }

  /** What it wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  async #watch(): Promise<Exit> {
    const { stdout, stderr, stdin } = this.#process;
    // A dead child's pipe: its death is told by `exited`.
    stdin.on("error", () => undefined);
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    createInterface({ input: stdout }).on("line", (line) => {
      this.#lines.push(line);
      this.#heard();
    });
    const [code, signal] = await once(this.#process, "close");
    this.#ended = true;
    living.delete(this);
    this.#heard();
    return { code, signal };
  }

  async #line(): Promise<string> {
    const silence = setTimeout(() => this.#process.kill("SIGKILL"), LONGEST_SILENCE);
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
    const { exitCode, signalCode } = this.#process;
    return new Error(`${this.name} ended (${signalCode ?? exitCode}) ${when}: ${this.#errors || "no words"}`);
  }
}

/** Kills every child that was started here and still lives. */
export async function killAll(): Promise<void> {
  await Promise.all([...living].map((child) => child.kill()));
}

/** The same without waiting, for the end of this process. */
export function killAllNow(): void {
  for (const child of living) process.kill(child.pid, "SIGKILL");
}

/** Every thread counts: one that is in a system call stops when it is through. */
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  });
}
