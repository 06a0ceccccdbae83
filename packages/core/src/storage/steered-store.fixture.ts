import type { FileSystem } from "../file-system/file-system.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type StepHook,
  simulatedFileSystem,
  simulatedRuntime,
} from "../testing/simulation/index.ts";
import { FileStorage } from "./file-storage.ts";
import type { Transaction } from "./storage.ts";

/** A store on a simulated disk, for tests that decide what its storages' steps and sleeps do. */
export class SteeredStore {
  readonly disk: SimulatedDisk;
  readonly machine: SimulatedMachine = new SimulatedMachine();
  /** Failures that the storages had nobody to tell of. */
  readonly reports: string[] = [];
  /** The requested length of each sleep. */
  sleeps: number[] = [];
  /** Lets a test intervene between two steps. */
  hook: StepHook = () => undefined;
  /** What a sleep does: by default it just ends. */
  sleep: () => Promise<void> = async () => {};
  /** The time on every storage's clock. */
  time = 0;

  /** An empty disk, unless one is given. */
  constructor(disk: SimulatedDisk = new SimulatedDisk()) {
    this.disk = disk;
  }

  /** The files, behind every storage's back. */
  get files(): FileSystem {
    return simulatedFileSystem(this.disk);
  }

  /** A storage in a process of its own, not opened. */
  create(): FileStorage {
    const process = this.machine.start("p");
    const files = simulatedFileSystem(this.disk, { process, hook: (step) => this.hook(step) });
    const runtime = {
      ...simulatedRuntime(files),
      elapsed: () => this.time,
      sleep: (milliseconds: number) => {
        this.sleeps.push(milliseconds);
        return this.sleep();
      },
    };
    return new FileStorage(files, runtime, { report: (message) => this.reports.push(message) });
  }

  /** An opened storage in a process of its own. */
  async open(): Promise<FileStorage> {
    const storage = this.create();
    await storage.open();
    return storage;
  }
}

export const never = (): Promise<void> => new Promise(() => {});
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A durable transaction that was not read for, unless `more` says otherwise; `undefined` deletes. */
export const put = (
  changes: Record<string, string | undefined>,
  more: Partial<Transaction> = {},
): Transaction => ({
  changes: new Map(
    Object.entries(changes).map(([name, text]) => [name, text === undefined ? text : bytes(text)]),
  ),
  basis: undefined,
  durability: "full",
  settle: "commit",
  ...more,
});
export const background = { settle: "background" } as const;
/** What errors of this code match. */
export const code = (expected: string): { readonly code: string } => ({ code: expected });
