import { expect } from "vitest";
import type { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type Step,
  type StepHook,
  simulatedFileSystem,
  simulatedRuntime,
} from "../../testing/simulation/index.ts";
import { FileStorage } from "../file-storage.ts";
import { LOCK_FILE } from "../layout.ts";
import type { Transaction } from "../storage.ts";

export type Opened = {
  readonly storage: FileStorage;
  readonly reports: string[];
  /** Messages that are not failures. */
  readonly told: string[];
  readonly kill: () => void;
};

type Pace = {
  /** `false`: it never gets to settle in the background or to release a kept lock. */
  readonly settles?: boolean;
  readonly elapsed?: () => number;
};

/**
 * A store on a simulated disk, for tests of the commit engine that intervene between its processes' steps.
 */
export class SimulatedStore {
  disk: SimulatedDisk = new SimulatedDisk();
  machine: SimulatedMachine = new SimulatedMachine();
  /** Lets a test intervene between two steps of a process. */
  hook: StepHook = () => undefined;

  /** The files, behind every storage's back. */
  get files(): FileSystem {
    return simulatedFileSystem(this.disk);
  }

  /**
   * A storage in a process of its own. Its waits for a lock, whose lengths are fractional, end in any case.
   */
  async open(name: string, { settles = true, elapsed }: Pace = {}): Promise<Opened> {
    const process = this.machine.start(name);
    const files = simulatedFileSystem(this.disk, { process, hook: (step) => this.hook(step) });
    const runtime = simulatedRuntime(files);
    const sleep = (time: number): Promise<void> =>
      settles || !Number.isInteger(time) ? runtime.sleep(time) : new Promise(() => {});
    const reports: string[] = [];
    const told: string[] = [];
    const storage = new FileStorage(
      files,
      { ...runtime, sleep, elapsed: elapsed ?? runtime.elapsed },
      { report: (message) => reports.push(message), inform: (message) => told.push(message) },
    );
    await storage.open();
    return { storage, reports, told, kill: () => process.kill() };
  }

  /** Storages `a` and `b`, after one of them has committed "one" and given the lock back. */
  async afterOneBy(name: "a" | "b"): Promise<readonly [a: Opened, b: Opened]> {
    const [a, b] = [await this.open("a"), await this.open("b")];
    await (name === "a" ? a : b).storage.commit(put("one"));
    await this.given(LOCK_FILE);
    return [a, b];
  }

  /** Does `work` once, before the first step that fits; steps of `work` itself are not intercepted. */
  once(fits: (step: Step) => boolean, work: () => Promise<unknown>): void {
    this.hook = async (step) => {
      if (!fits(step)) return undefined;
      this.hook = () => undefined;
      await work();
      return undefined;
    };
  }

  /** Fails every step that fits. */
  fail(fits: (step: Step) => boolean): void {
    this.hook = (step) => (fits(step) ? { fail: "EIO" } : undefined);
  }

  async isPlaced(name: string = "r.baba"): Promise<boolean> {
    return (await this.files.kinds([name]))[0] === "file";
  }

  /** Waits until there is no such file. */
  given(path: string): Promise<void> {
    return expect.poll(() => this.isPlaced(path)).toBe(false);
  }
}

export const background = { settle: "background" } as const;

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A commit of one record. */
export function put(text: string, more: Partial<Transaction> = {}): Transaction {
  const changes = new Map([["r.baba", bytes(text)]]);
  return { changes, basis: undefined, durability: "full", settle: "commit", ...more };
}

/** That record, as a storage reads it. */
export async function read({ storage }: Opened): Promise<string | BabaError | undefined> {
  await storage.head();
  const [payload] = await storage.read(["r.baba"]);
  return payload instanceof Uint8Array ? new TextDecoder().decode(payload) : payload;
}

export function is(step: Step, process: string, call: string, path: string): boolean {
  return step.process === process && step.call === call && step.path.startsWith(path);
}

export function code(expected: string): { code: string } {
  return { code: expected };
}
