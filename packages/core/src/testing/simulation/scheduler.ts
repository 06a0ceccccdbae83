import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { SimulatedClock, simulatedRuntime } from "./clock.ts";
import { crashState } from "./crash-states.ts";
import { SimulatedDisk } from "./disk.ts";
import { simulatedFileSystem } from "./file-system.ts";
import { SimulatedMachine, type SimulatedProcess } from "./machine.ts";
import { SeededRandom } from "./random.ts";
import { describeStep, type Step, type Verdict } from "./step.ts";

/** The probability of something at each step, and how often it happens at most. */
export type Chance = { readonly chance: number; readonly most: number };

/** What may happen to the processes of a world; by default, nothing does. */
export type WorldOptions = {
  /** A process gets no step for 1 ms to 100 s of simulated time; it stays alive. */
  readonly pauses?: Chance;
  /** A process is killed at a step; a write may be partly done. It is started again. */
  readonly deaths?: Chance;
  /**
   * The power is cut: the disk becomes one of its `crashState`s, all processes are dead, and another boot
   * begins. Those that had not ended are started again.
   */
  readonly reboots?: Chance;
  /** Whether killed processes stay dead. */
  readonly noRestarts?: boolean;
  /** After this many steps the world counts as running in circles; 1,000,000 by default. */
  readonly mostSteps?: number;
  readonly disk?: SimulatedDisk;
};

/** Everything that a simulated process may use. */
export type ProcessEnvironment = {
  readonly name: string;
  /** 0 the first time, 1 after the process was killed once, and so on. */
  readonly incarnation: number;
  readonly fileSystem: FileSystem;
  readonly clock: { now(): number; sleep(milliseconds: number): Promise<void> };
  readonly random: SeededRandom;
  /** The same file system, clock and randomness, in the form of the port that the database takes. */
  readonly runtime: Runtime;
};

/**
 * Thrown by `World.run`: the message contains the seed and the last steps, the cause is what went wrong.
 *
 * @example
 * ```ts
 * import { SimulationError, World } from "@baba/core/testing";
 * const world = new World(42);
 * world.spawn("a", () => Promise.reject(new Error("wrong")));
 * await world.run().catch((error) => console.log(error instanceof SimulationError)); // true
 * ```
 */
export class SimulationError extends Error {
  /** The class's name, as the console shows it. */
  override readonly name: string = "SimulationError";
}

/** Simulated time that one step takes, in milliseconds. */
const STEP_TIME = 0.05;
/** A process without a request in this many microtask turns waits for a step, a timer or forever. */
const QUIET_TURNS = 32;
/** The same, before a deadlock is declared. */
const SILENT_TURNS = 20_000;
const TRACE_LENGTH = 400;

/**
 * Several processes on one disk, interleaved step by step as determined by a seed. One step is granted at a
 * time; then the world waits until the microtask queue has brought no new request for some turns, and grants
 * the next. So a run depends only on the seed, as long as the processes wait for nothing but their file
 * system, their clock and each other's promises: a real timer, WebCrypto or a real file would finish in its
 * own time.
 *
 * @example
 * ```ts
 * import { World } from "@baba/core/testing";
 *
 * const world = new World(42, { pauses: { chance: 0.01, most: 3 } });
 * for (const name of ["a", "b"]) {
 *   world.spawn(name, async ({ fileSystem }) => {
 *     await fileSystem.makeFolder(name);
 *   });
 * }
 * await world.run();
 * console.log(world.trace);
 * ```
 */
export class World {
  /** Determines everything that happens in it. */
  readonly seed: number;
  /** The time for all its processes. */
  readonly clock: SimulatedClock = new SimulatedClock();
  /** Where its processes run. */
  readonly machine: SimulatedMachine;
  readonly #options: WorldOptions;
  readonly #random: SeededRandom;
  /** How likely the same process continues instead of another; it differs between seeds. */
  readonly #steadiness: number;
  readonly #tasks: Task[] = [];
  readonly #trace: string[] = [];
  readonly #happened = { pauses: 0, deaths: 0, reboots: 0 };
  #requests: Request[] = [];
  #disk: SimulatedDisk;
  #last: Task | undefined;
  #arrivals = 0;
  #steps = 0;

  /** An empty world, in which nothing has happened yet. */
  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed;
    this.machine = new SimulatedMachine(1, seed);
    this.#options = options;
    this.#random = new SeededRandom(seed);
    this.#steadiness = this.#random.pick([0, 0.5, 0.9, 0.98]);
    this.#disk = options.disk ?? new SimulatedDisk();
  }

  /** The disk; a new one after each power cut. */
  get disk(): SimulatedDisk {
    return this.#disk;
  }

  /** How many steps were granted, including jumps of the clock. */
  get steps(): number {
    return this.#steps;
  }

  /** The last steps and what happened to the processes, one line each. */
  get trace(): string {
    return this.#trace.slice(-TRACE_LENGTH).join("\n");
  }

  /** Adds a process, which starts with `run`. It ends when the promise of its body does. */
  spawn(name: string, body: (environment: ProcessEnvironment) => Promise<void>): void {
    this.#tasks.push(new Task(name, body));
  }

  /**
   * Runs all processes to their end.
   *
   * @throws {SimulationError} if a body threw, if all wait for each other, and if there is no end
   */
  async run(): Promise<void> {
    for (const task of this.#tasks) this.#start(task);
    while (true) {
      await this.#settle(QUIET_TURNS);
      const failed = this.#tasks.find((task) => task.error !== undefined);
      if (failed !== undefined)
        throw this.#failure(`${failed.name} failed: ${String(failed.error?.cause)}`, failed.error?.cause);
      if (this.#tasks.every((task) => task.ended)) return;
      if (this.#steps >= (this.#options.mostSteps ?? 1_000_000)) throw this.#failure("there is no end to it");
      if (!this.#grantOne()) await this.#passTime();
    }
  }

  #start(task: Task): void {
    const process = this.machine.start(task.name);
    task.pausedUntil = 0;
    const { random } = process;
    const fileSystem = simulatedFileSystem(this.#disk, {
      process,
      hook: (step) => this.#request(task, process, step),
    });
    const clock = { now: () => this.clock.now(), sleep: (time: number) => this.#sleep(task, process, time) };
    const runtime = simulatedRuntime(fileSystem, {
      random,
      clock,
      terminal: (line) => this.#note(`${task.name} says ${line}`),
    });
    const { name, incarnation } = task;
    const finish = (error?: { readonly cause: unknown }) => {
      if (!process.alive) return;
      process.kill();
      this.#arrivals += 1;
      task.end(error);
      this.#note(`${name} ${error === undefined ? "ends" : "fails"}`);
    };
    task.body({ name, incarnation, fileSystem, clock, random, runtime }).then(
      () => finish(),
      (cause: unknown) => finish({ cause }),
    );
  }

  #request(task: Task, process: SimulatedProcess, step: Step): Promise<Verdict | undefined> {
    this.#arrivals += 1;
    return new Promise((grant) => this.#requests.push({ task, process, step, grant }));
  }

  #sleep(task: Task, process: SimulatedProcess, milliseconds: number): Promise<void> {
    this.#arrivals += 1;
    return new Promise((resolve) => {
      const wake = (): void => {
        if (task.pausedUntil > this.clock.now()) this.clock.at(task.pausedUntil, wake, () => process.alive);
        else {
          this.#note(`${task.name} wakes`);
          resolve();
        }
      };
      this.clock.at(this.clock.now() + Math.max(0, milliseconds), wake, () => process.alive);
    });
  }

  /** Lets one process take one step, if any can. */
  #grantOne(): boolean {
    this.#requests = this.#requests.filter(({ process }) => process.alive);
    const ready = this.#requests.filter(({ task }) => task.pausedUntil <= this.clock.now());
    if (ready.length === 0) return false;
    const same = ready.filter(({ task }) => task === this.#last);
    const request = this.#random.pick(
      same.length > 0 && this.#random.chance(this.#steadiness) ? same : ready,
    );
    if (this.#befalls("reboots")) this.#reboot();
    else if (this.#befalls("pauses")) this.#pause(request.task);
    else this.#grant(request);
    return true;
  }

  #grant(request: Request): void {
    this.#requests.splice(this.#requests.indexOf(request), 1);
    this.#last = request.task;
    this.#steps += 1;
    const { task, step } = request;
    const dies = this.#befalls("deaths");
    this.#note(`${describeStep(step)}${dies ? " and is killed" : ""}`);
    if (dies) {
      const bytes = this.#random.below((step.size ?? 0) + 1);
      // Killing after a step is killing before the next one; killing within a write leaves part of it.
      request.grant({ end: "process", bytes });
      this.#restart(task);
    } else request.grant(undefined);
    this.clock.advanceTo(this.clock.now() + STEP_TIME);
  }

  #pause(task: Task): void {
    const time = 10 ** ((this.#random.next() / 2 ** 32) ** 0.5) * 10 ** this.#random.below(5);
    task.pausedUntil = this.clock.now() + time;
    this.#note(`${task.name} is paused for ${Math.round(time)} ms`);
  }

  #reboot(): void {
    this.#disk.freeze();
    this.machine.powerCut();
    this.#disk = crashState(this.#disk, this.#random);
    this.#note("power cut");
    for (const task of this.#tasks) if (!task.ended) this.#restart(task);
  }

  #restart(task: Task): void {
    task.incarnation += 1;
    if (this.#options.noRestarts) task.end();
    const { incarnation } = task;
    // The verdict must reach the process to be killed before another one with its name starts.
    const wanted = () => !task.ended && task.incarnation === incarnation;
    this.clock.at(this.clock.now() + 1, () => this.#start(task), wanted);
  }

  #befalls(what: "pauses" | "deaths" | "reboots"): boolean {
    const { chance = 0, most = 0 } = this.#options[what] ?? {};
    if (chance === 0 || this.#happened[what] >= most || !this.#random.chance(chance)) return false;
    this.#happened[what] += 1;
    return true;
  }

  /** No process can take a step: jump to the next timer or the end of a pause. */
  async #passTime(): Promise<void> {
    const paused = this.#requests.map(({ task }) => task.pausedUntil);
    const times = [this.clock.earliest(), ...paused].filter((time) => time !== undefined);
    if (times.length > 0) {
      this.#steps += 1;
      return this.clock.advanceTo(Math.min(...times));
    }
    const before = this.#arrivals;
    await this.#settle(SILENT_TURNS);
    if (this.#arrivals !== before) return;
    const waiting = this.#tasks.filter((task) => !task.ended).map((task) => task.name);
    throw this.#failure(
      `deadlock: ${waiting.join(", ")} wait, and for no step and no timer (or for something real)`,
    );
  }

  /** Waits until nothing has arrived in this many turns of the microtask queue. */
  async #settle(turns: number): Promise<void> {
    let seen = this.#arrivals;
    for (let quiet = 0; quiet < turns; quiet++) {
      await undefined;
      if (this.#arrivals === seen) continue;
      seen = this.#arrivals;
      quiet = 0;
    }
  }

  #note(text: string): void {
    this.#trace.push(`${this.clock.now() - Date.UTC(2020, 0, 1)} ${text}`);
    if (this.#trace.length >= 2 * TRACE_LENGTH) this.#trace.splice(0, TRACE_LENGTH);
  }

  #failure(what: string, cause?: unknown): SimulationError {
    const message = `${what}\nseed ${this.seed}, step ${this.#steps}; the last steps:\n${this.trace}`;
    return new SimulationError(message, { cause });
  }
}

type Request = {
  readonly task: Task;
  readonly process: SimulatedProcess;
  readonly step: Step;
  readonly grant: (verdict: Verdict | undefined) => void;
};

/** A body, and the successive processes that run it. */
class Task {
  readonly name: string;
  readonly body: (environment: ProcessEnvironment) => Promise<void>;
  incarnation = 0;
  pausedUntil = 0;
  #ended = false;
  #error: { readonly cause: unknown } | undefined;

  constructor(name: string, body: (environment: ProcessEnvironment) => Promise<void>) {
    this.name = name;
    this.body = body;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get error(): { readonly cause: unknown } | undefined {
    return this.#error;
  }

  end(error?: { readonly cause: unknown }): void {
    this.#ended = true;
    this.#error = error;
  }
}
