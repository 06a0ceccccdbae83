import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { simulatedRuntime } from "./clock.ts";
import type { SimulatedDisk } from "./disk.ts";
import { simulatedFileSystem } from "./file-system.ts";
import { SimulatedMachine, type SimulatedProcess } from "./machine.ts";
import { SeededRandom } from "./random.ts";
import type { StepHook } from "./step.ts";

/** What a workload may use, and where it reports its progress. */
export type WorkloadEnvironment = {
  readonly fileSystem: FileSystem;
  /** The file system, a clock that sleeps without waiting, and seeded randomness. */
  readonly runtime: Runtime;
  readonly random: SeededRandom;
  /** Announces, before it begins, that milestone `n` (1, 2, ...) may be found from now on. */
  start(milestone: number): void;
  /** Declares that milestone `n` must be found from now on, whatever happens. */
  acknowledge(milestone: number): void;
};

/** Code that changes files, and marks its milestones (its commits). It must be the same on each run. */
export type Workload = (environment: WorkloadEnvironment) => Promise<void>;

/**
 * Recovers from what a failure left and throws if it is not as promised: at least milestone `acknowledged`
 * and at most `started`, each of them complete. If it returns a number, that is the milestone it found: a
 * later crash must neither lose it nor find more.
 */
export type Check = (fileSystem: FileSystem, acknowledged: number, started: number) => Promise<unknown>;

/** Which milestones may be found. */
export type Range = { readonly acknowledged: number; readonly started: number };

/** What may be found after that many operations. */
export type Mark = Range & { readonly operations: number };

/** Runs a workload on a disk; the marks grow while it runs. */
export class WorkloadRun {
  readonly process: SimulatedProcess;
  readonly marks: Mark[] = [];
  readonly done: Promise<void>;
  readonly #disk: SimulatedDisk;

  constructor(workload: Workload, disk: SimulatedDisk, seed: number, hook?: StepHook) {
    this.#disk = disk;
    this.process = new SimulatedMachine(1, seed).start("workload");
    const fileSystem = simulatedFileSystem(disk, { process: this.process, ...(hook && { hook }) });
    this.done = workload({
      fileSystem,
      random: new SeededRandom(seed),
      runtime: simulatedRuntime(fileSystem),
      start: (milestone) => this.#mark(this.range.acknowledged, Math.max(milestone, this.range.started)),
      acknowledge: (milestone) => this.#mark(milestone, Math.max(milestone, this.range.started)),
    });
  }

  /** What may be found now. */
  get range(): Range {
    return this.marks[this.marks.length - 1] ?? { acknowledged: 0, started: 0 };
  }

  #mark(acknowledged: number, started: number): void {
    this.marks.push({ operations: this.#disk.operations.length, acknowledged, started });
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
