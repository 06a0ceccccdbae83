import { crashStates } from "./crash-states.ts";
import { SimulatedDisk } from "./disk.ts";
import { simulatedFileSystem } from "./file-system.ts";
import { SimulatedMachine } from "./machine.ts";
import { type DiskOperation, describeOperation } from "./operation.ts";
import { seedFrom } from "./random.ts";
import { type Check, type Mark, messageOf, type Range, type Workload, WorkloadRun } from "./workload.ts";

/** What to crash, what to promise, and how much of it to visit. */
export type CrashOptions = {
  readonly workload: Workload;
  readonly check: Check;
  /** 1 by default. */
  readonly seed?: number;
  /** The most states per crash point; 1,000 by default. */
  readonly limit?: number;
  /**
   * Whether to crash again within the recovery, after each of its operations; `true` means one state in 16,
   * 16 states each.
   */
  readonly second?: boolean | SecondCrashes;
  /** Stops after this many states, including second crashes. */
  readonly most?: number;
  /** Stops after this much real time. What was visited then depends on the machine. */
  readonly milliseconds?: number;
  /** See `DiskOptions`. */
  readonly splitRenames?: boolean;
  /** Visits only this state, as named by a violation. */
  readonly only?: CrashPoint;
  /** Called after each crash point. */
  readonly progress?: (report: CrashReport) => void;
};

/**
 * Which states are crashed a second time: one in `oneIn`, at each operation of their recovery up to `limit`
 * states.
 */
export type SecondCrashes = { readonly oneIn: number; readonly limit: number };

/**
 * A state: after that many operations of the workload, and then of the recovery, the n-th that may be left.
 */
export type CrashPoint = {
  /** The number of the crash point: after an operation, or after an acknowledgement. */
  readonly point: number;
  readonly state: number;
  readonly second?: { readonly operations: number; readonly state: number };
};

/** A state in which the check failed. */
export type Violation = Range & {
  readonly message: string;
  /** Pass it as `only`, with the same workload, seed and limits, to reproduce the violation. */
  readonly at: CrashPoint;
  /** The last operations before the power cut. */
  readonly operations: readonly string[];
  /** What the power cut left. */
  readonly image: string;
  readonly error: unknown;
};

/** What was visited and what was found. */
export type CrashReport = {
  /** Operations of the workload. */
  readonly steps: number;
  readonly points: number;
  /** States that were checked after one power cut, and how many of them differ. */
  readonly visited: number;
  readonly distinct: number;
  /** The same, after a second one. */
  readonly secondVisited: number;
  readonly secondDistinct: number;
  /**
   * How often the check ran: a state that passed it is not recovered again under the same promise, unless for a
   * second power cut.
   */
  readonly checks: number;
  readonly violated: number;
  /** The first ones. */
  readonly violations: readonly Violation[];
  /** `false` if a limit stopped it early. */
  readonly complete: boolean;
};

const KEPT_VIOLATIONS = 5;
const SHOWN_OPERATIONS = 40;
const SECOND_CRASHES: SecondCrashes = { oneIn: 16, limit: 16 };

/**
 * Runs a workload once, then cuts the power at every moment of it: after each operation, for each state that
 * the disk may be left in (all, or a seeded sample of `limit`), it runs the check on a separate disk in
 * another boot. On request it cuts the power again within that recovery.
 *
 * @example
 * ```ts
 * import { enumerateCrashes } from "@baba/core/testing";
 *
 * const report = await enumerateCrashes({
 *   workload: async ({ fileSystem, start, acknowledge }) => {
 *     await fileSystem.makeFolder(".");
 *     start(1);
 *     await fileSystem.create([{ path: "a", bytes: new Uint8Array([1]) }]);
 *     await fileSystem.sync(["a"]);
 *     await fileSystem.syncFolders(["."]);
 *     acknowledge(1);
 *   },
 *   check: async (files, acknowledged) => {
 *     const [bytes] = await files.read(["a"]);
 *     if (acknowledged === 1 && bytes === undefined) throw new Error("the file is lost");
 *   },
 * });
 * console.log(report.visited, report.violations); // 13 []
 * ```
 *
 * @throws what the workload throws
 */
export async function enumerateCrashes(options: CrashOptions): Promise<CrashReport> {
  const disk = newDisk(options);
  const run = new WorkloadRun(options.workload, disk, options.seed ?? 1);
  await run.done;
  // Whatever the workload left running must not continue during the enumeration.
  run.process.kill();
  const enumeration = new Enumeration(options, disk.operations);
  await enumeration.visitAll(run.marks);
  return enumeration.report;
}

class Enumeration {
  readonly #options: CrashOptions;
  readonly #operations: readonly DiskOperation[];
  readonly #seed: number;
  readonly #limit: number;
  readonly #second: SecondCrashes | undefined;
  readonly #deadline: number;
  readonly #seen = new Set<number>();
  readonly #seenSecond = new Set<number>();
  /** The states that passed, each with what was promised of it. */
  readonly #passed = new Set<string>();
  readonly #violations: Violation[] = [];
  #points = 0;
  #visited = 0;
  #secondVisited = 0;
  #checks = 0;
  #violated = 0;
  #complete = true;

  constructor(options: CrashOptions, operations: readonly DiskOperation[]) {
    this.#options = options;
    this.#operations = operations;
    this.#seed = options.seed ?? 1;
    this.#limit = options.limit ?? 1000;
    this.#second = options.second === true ? SECOND_CRASHES : options.second || undefined;
    this.#deadline = options.milliseconds === undefined ? Infinity : Date.now() + options.milliseconds;
  }

  get report(): CrashReport {
    return {
      steps: this.#operations.length,
      points: this.#points,
      visited: this.#visited,
      distinct: this.#seen.size,
      secondVisited: this.#secondVisited,
      secondDistinct: this.#seenSecond.size,
      checks: this.#checks,
      violated: this.#violated,
      violations: this.#violations,
      complete: this.#complete,
    };
  }

  /** Replays the workload's operations one by one, and visits what each may leave. */
  async visitAll(marks: readonly Mark[]): Promise<void> {
    const disk = newDisk(this.#options);
    let range: Range = { acknowledged: 0, started: 0 };
    let next = 0;
    for (let done = 0; done <= this.#operations.length; done++) {
      const operation = this.#operations[done - 1];
      if (operation !== undefined) disk.apply(operation);
      await this.#visitPoint(disk, range, done);
      const { acknowledged } = range;
      for (; marks[next]?.operations === done; next++) range = marks[next] ?? range;
      // What was acknowledged without an operation since is promised for the same states.
      if (range.acknowledged !== acknowledged) await this.#visitPoint(disk, range, done);
    }
  }

  async #visitPoint(disk: SimulatedDisk, range: Range, done: number): Promise<void> {
    const point = this.#points++;
    const { only } = this.#options;
    if (only !== undefined && only.point !== point) return;
    const states = () => crashStates(disk, { limit: this.#limit, seed: seedFrom(this.#seed, point) });
    let state = 0;
    for (const image of states()) {
      if (!this.#goOn()) return;
      const at = { point, state: state++ };
      if (only !== undefined && only.state !== at.state) continue;
      const before = () => this.#operations.slice(0, done);
      await this.#visit(image, {
        at,
        range,
        boot: 2,
        operations: before,
        image: () => nth(states(), at.state),
      });
    }
    this.#options.progress?.(this.report);
  }

  async #visit(image: SimulatedDisk, crash: Crash): Promise<void> {
    const again = this.#crashesAgain(crash.at) ? image.clone() : undefined;
    const fingerprint = image.fingerprint();
    this.#visited += 1;
    this.#seen.add(fingerprint);
    if (again === undefined && this.#passed.has(promiseOf(fingerprint, crash))) return;
    const outcome = await this.#check(image, crash);
    if (!outcome.failed && again !== undefined)
      await this.#visitSecond(again, image.operations, outcome.found, crash);
  }

  #crashesAgain({ point, state }: CrashPoint): boolean {
    if (this.#second === undefined) return false;
    return (
      this.#options.only !== undefined || seedFrom(this.#seed, point, state, 2) % this.#second.oneIn === 0
    );
  }

  /** Replays the recovery's operations one by one, and visits what each may leave. */
  async #visitSecond(
    disk: SimulatedDisk,
    recovery: readonly DiskOperation[],
    found: unknown,
    first: Crash,
  ): Promise<void> {
    const wanted = this.#options.only?.second;
    for (let done = 1; done <= recovery.length; done++) {
      const operation = recovery[done - 1];
      if (operation !== undefined) disk.apply(operation);
      if (wanted !== undefined && wanted.operations !== done) continue;
      // What a completed recovery reported, it must report again.
      const told = done === recovery.length && typeof found === "number";
      const range = told ? { acknowledged: found, started: found } : first.range;
      const operations = () => [...first.operations(), ...recovery.slice(0, done)];
      await this.#visitSecondPoint(disk, done, { ...first, range, boot: 3, operations });
    }
  }

  async #visitSecondPoint(disk: SimulatedDisk, done: number, crash: Crash): Promise<void> {
    const wanted = this.#options.only?.second;
    const seed = seedFrom(this.#seed, crash.at.point, crash.at.state, done);
    const states = () => crashStates(disk, { limit: this.#second?.limit ?? 1, seed });
    let state = 0;
    for (const image of states()) {
      if (!this.#goOn()) return;
      const second = { operations: done, state: state++ };
      if (wanted !== undefined && wanted.state !== second.state) continue;
      const fingerprint = image.fingerprint();
      this.#secondVisited += 1;
      this.#seenSecond.add(fingerprint);
      if (this.#passed.has(promiseOf(fingerprint, crash))) continue;
      const at = { ...crash.at, second };
      await this.#check(image, { ...crash, at, image: () => nth(states(), second.state) });
    }
  }

  async #check(
    image: SimulatedDisk,
    crash: Crash,
  ): Promise<{ readonly failed: boolean; readonly found?: unknown }> {
    const { acknowledged, started } = crash.range;
    const promise = promiseOf(image.fingerprint(), crash);
    this.#checks += 1;
    const process = new SimulatedMachine(crash.boot, this.#seed).start("recovery");
    try {
      const files = simulatedFileSystem(image, { process });
      const found = await this.#options.check(files, acknowledged, started);
      this.#passed.add(promise);
      return { failed: false, found };
    } catch (error) {
      this.#violation(crash, error);
      return { failed: true };
    }
  }

  #violation(crash: Crash, error: unknown): void {
    this.#violated += 1;
    if (this.#violations.length >= KEPT_VIOLATIONS) return;
    this.#violations.push({
      ...crash.range,
      message: messageOf(error),
      at: crash.at,
      operations: crash.operations().slice(-SHOWN_OPERATIONS).map(describeOperation),
      image: crash.image()?.describe() ?? "",
      error,
    });
  }

  #goOn(): boolean {
    const visited = this.#visited + this.#secondVisited;
    const enough = visited >= (this.#options.most ?? Infinity);
    if (enough || (visited % 256 === 0 && Date.now() > this.#deadline)) this.#complete = false;
    return this.#complete;
  }
}

function newDisk(options: CrashOptions): SimulatedDisk {
  return new SimulatedDisk({ splitRenames: options.splitRenames ?? false });
}

/** One state left by a power cut, and how to show it. */
type Crash = {
  readonly at: CrashPoint;
  readonly range: Range;
  readonly boot: number;
  readonly operations: () => readonly DiskOperation[];
  /** The same state again, since the check changes it. */
  readonly image: () => SimulatedDisk | undefined;
};

/** What a check says of a state depends on these, and on random tokens that no outcome may depend on. */
function promiseOf(fingerprint: number, { boot, range }: Crash): string {
  return `${fingerprint} ${boot} ${range.acknowledged} ${range.started}`;
}

function nth<T>(items: Iterable<T>, index: number): T | undefined {
  let number = 0;
  for (const item of items) if (number++ === index) return item;
  return undefined;
}
