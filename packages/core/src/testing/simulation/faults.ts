import { crashStates } from "./crash-states.ts";
import { SimulatedDisk } from "./disk.ts";
import { simulatedFileSystem } from "./file-system.ts";
import { SimulatedMachine } from "./machine.ts";
import { seedFrom } from "./random.ts";
import { describeStep, type Step, type StepCall, type Verdict } from "./step.ts";
import type { FaultCode } from "./system-error.ts";
import { type Check, messageOf, type Range, type Workload, WorkloadRun } from "./workload.ts";

/** An injected failure: a code, or a write that stops halfway because the disk is full. */
export type FaultKind = FaultCode | "short write";

/** What to disturb, and what to promise. */
export type FaultOptions = {
  /** May throw when a step fails; what it acknowledged before is promised. */
  readonly workload: Workload;
  readonly check: Check;
  /** 1 by default. */
  readonly seed?: number;
  /** After each disturbed run the power is also cut: this many states are checked; 8 by default. */
  readonly limit?: number;
  /** Only this fault, as named by a violation. */
  readonly only?: Fault;
};

/**
 * A failure of one step of the workload, counted from 0, and perhaps of all later ones that can fail the same
 * way.
 */
export type Fault = { readonly step: number; readonly kind: FaultKind; readonly lasts: "once" | "always" };

/** A fault after which the check failed. */
export type FaultViolation = Range & {
  readonly fault: Fault;
  /** The step that failed. */
  readonly step: string;
  /** After the process ended, or also after a power cut. */
  readonly after: "exit" | "power cut";
  readonly message: string;
  readonly error: unknown;
};

/** What was run and what was found. */
export type FaultReport = {
  /** Steps of the undisturbed workload. */
  readonly steps: number;
  /** Disturbed runs. */
  readonly runs: number;
  /** Runs of the check. */
  readonly checks: number;
  readonly violated: number;
  /** The first ones. */
  readonly violations: readonly FaultViolation[];
};

/** The calls in which an operating system can fail in each of these ways. */
const CALLS: Readonly<Record<FaultKind, readonly StepCall[]>> = {
  EIO: [
    "read",
    "readRange",
    "create",
    "write",
    "link",
    "sync",
    "syncFolder",
    "rename",
    "remove",
    "kinds",
    "list",
    "names",
    "stamp",
    "makeFolder",
  ],
  ENOSPC: ["create", "write", "link", "sync", "syncFolder", "rename", "makeFolder"],
  EMFILE: ["read", "readRange", "create", "write", "sync", "syncFolder", "list", "names"],
  EPERM: ["create", "write", "link", "rename", "remove", "makeFolder"],
  EBUSY: ["rename", "remove"],
  EACCES: [
    "read",
    "readRange",
    "create",
    "write",
    "link",
    "rename",
    "remove",
    "kinds",
    "list",
    "names",
    "stamp",
    "makeFolder",
  ],
  "short write": ["write"],
};
const KINDS = Object.keys(CALLS) as FaultKind[];
const KEPT_VIOLATIONS = 10;
/** A disturbed run that takes this many times the steps of the undisturbed one is considered endless. */
const PATIENCE = 100;

/**
 * Runs a workload once to count its steps, then again for each step and each failure that it can have, once
 * and persistently; then it runs the check: after the process has ended, and after power cuts as well, since
 * only they show what a failed sync lost.
 *
 * @example
 * ```ts
 * import { injectFaults } from "@baba/core/testing";
 *
 * const report = await injectFaults({
 *   workload: async ({ fileSystem }) => {
 *     await fileSystem.makeFolder(".");
 *   },
 *   check: async () => {},
 * });
 * console.log(report.runs, report.violations); // 8 []
 * ```
 *
 * @throws what the workload throws when nothing is injected
 */
export async function injectFaults(options: FaultOptions): Promise<FaultReport> {
  const steps: Step[] = [];
  const hook = (step: Step) => void steps.push(step);
  await new WorkloadRun(options.workload, new SimulatedDisk(), options.seed ?? 1, hook).done;
  const injection = new Injection(options, steps);
  for (const fault of faultsOf(steps)) {
    if (options.only === undefined || isSame(fault, options.only)) await injection.disturb(fault);
  }
  return injection.report;
}

function* faultsOf(steps: readonly Step[]): Generator<Fault, void> {
  for (const [step, { call }] of steps.entries()) {
    for (const kind of KINDS) {
      if (!CALLS[kind].includes(call)) continue;
      yield { step, kind, lasts: "once" };
      yield { step, kind, lasts: "always" };
    }
  }
}

function isSame(one: Fault, other: Fault): boolean {
  return one.step === other.step && one.kind === other.kind && one.lasts === other.lasts;
}

class Injection {
  readonly #options: FaultOptions;
  readonly #steps: readonly Step[];
  readonly #violations: FaultViolation[] = [];
  #runs = 0;
  #checks = 0;
  #violated = 0;

  constructor(options: FaultOptions, steps: readonly Step[]) {
    this.#options = options;
    this.#steps = steps;
  }

  get report(): FaultReport {
    return {
      steps: this.#steps.length,
      runs: this.#runs,
      checks: this.#checks,
      violated: this.#violated,
      violations: this.#violations,
    };
  }

  async disturb(fault: Fault): Promise<void> {
    this.#runs += 1;
    const disk = new SimulatedDisk();
    const injector = new Injector(fault, PATIENCE * this.#steps.length);
    const run = new WorkloadRun(this.#options.workload, disk, this.#options.seed ?? 1, (step) =>
      injector.judge(step),
    );
    // A workload may throw what was injected; the check judges what it promised before.
    await Promise.race([run.done.catch(() => {}), injector.exhausted]);
    if (injector.isExhausted)
      this.#violation(fault, run.range, "exit", new Error("the workload does not end"));
    const limit = this.#options.limit ?? 8;
    for (const image of crashStates(disk, { limit, seed: seedFrom(this.#options.seed ?? 1, this.#runs) })) {
      await this.#check(image, new SimulatedMachine(2, this.#options.seed), fault, run.range, "power cut");
    }
    run.process.kill();
    await this.#check(disk, run.process.machine, fault, run.range, "exit");
  }

  async #check(
    disk: SimulatedDisk,
    machine: SimulatedMachine,
    fault: Fault,
    range: Range,
    after: FaultViolation["after"],
  ): Promise<void> {
    this.#checks += 1;
    try {
      const files = simulatedFileSystem(disk, { process: machine.start("recovery") });
      await this.#options.check(files, range.acknowledged, range.started);
    } catch (error) {
      this.#violation(fault, range, after, error);
    }
  }

  #violation(fault: Fault, range: Range, after: FaultViolation["after"], error: unknown): void {
    this.#violated += 1;
    if (this.#violations.length >= KEPT_VIOLATIONS) return;
    const step = this.#steps[fault.step];
    const { acknowledged, started } = range;
    const text = step === undefined ? "" : describeStep(step);
    this.#violations.push({
      acknowledged,
      started,
      fault,
      step: text,
      after,
      message: messageOf(error),
      error,
    });
  }
}

/** Decides the outcome of each step of one run. */
class Injector {
  readonly exhausted: Promise<void>;
  isExhausted = false;
  readonly #fault: Fault;
  readonly #most: number;
  #exhaust: () => void = () => {};
  #step = 0;

  constructor(fault: Fault, most: number) {
    this.#fault = fault;
    this.#most = most;
    this.exhausted = new Promise((resolve) => {
      this.#exhaust = resolve;
    });
  }

  judge(step: Step): Verdict | undefined {
    const number = this.#step++;
    if (number > this.#most) {
      this.isExhausted = true;
      this.#exhaust();
      return { end: "process" };
    }
    const { kind, lasts } = this.#fault;
    const meant = number === this.#fault.step || (lasts === "always" && number > this.#fault.step);
    if (!meant || !CALLS[kind].includes(step.call)) return undefined;
    if (kind === "short write") return { fail: "ENOSPC", bytes: Math.floor((step.size ?? 0) / 2) };
    return { fail: kind };
  }
}
