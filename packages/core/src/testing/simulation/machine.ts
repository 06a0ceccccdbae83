import { SeededRandom, seedFrom } from "./random.ts";

/**
 * A machine that runs simulated processes: it knows truly which of them live. One that is paused
 * lives; one that was killed, or that ran before the last power cut, does not.
 *
 * @example
 * ```ts
 * import { SimulatedMachine } from "@baba/core/testing";
 * const machine = new SimulatedMachine();
 * const { identity } = machine.start("writer");
 * machine.powerCut();
 * console.log(machine.boot, machine.lives(identity)); // 2 false
 * ```
 */
export class SimulatedMachine {
  #boot: number;
  readonly #seed: number;
  readonly #processes: SimulatedProcess[] = [];

  /** A machine that was started for the `boot`-th time; the seed is of its processes' randomness. */
  constructor(boot: number = 1, seed: number = 1) {
    this.#boot = boot;
    this.#seed = seed;
  }

  /** How often the machine was started. */
  get boot(): number {
    return this.#boot;
  }

  /** Starts a process. */
  start(name: string): SimulatedProcess {
    const number = this.#processes.length + 1;
    const identity = `simulated boot ${this.#boot} process ${number}`;
    const random = new SeededRandom(seedFrom(this.#seed, this.#boot, number));
    const process = new SimulatedProcess(this, { name, identity, random });
    this.#processes.push(process);
    return process;
  }

  /** Ends all processes at once; those that start later are of another boot. */
  powerCut(): void {
    for (const process of this.#processes) process.kill();
    this.#processes.length = 0;
    this.#boot += 1;
  }

  /** Whether the process of an identity lives; `undefined` for what is no identity of a simulated process. */
  lives(identity: string): boolean | undefined {
    const [, boot, number] = /^simulated boot (\d+) process (\d+)$/.exec(identity) ?? [];
    if (boot === undefined || number === undefined) return undefined;
    return Number(boot) === this.#boot && (this.#processes[Number(number) - 1]?.alive ?? false);
  }
}

/**
 * A process that can be killed at any step: its calls that are under way, and later ones, never end.
 *
 * @example
 * ```ts
 * import { SimulatedDisk, SimulatedMachine, simulatedFileSystem } from "@baba/core/testing";
 * const process = new SimulatedMachine().start("writer");
 * const files = simulatedFileSystem(new SimulatedDisk(), { process });
 * console.log((await files.processIdentity()) === process.identity); // true
 * process.kill();
 * console.log(process.alive); // false
 * ```
 */
export class SimulatedProcess {
  /** Where it runs. */
  readonly machine: SimulatedMachine;
  /** As its test calls it. */
  readonly name: string;
  /** What `processIdentity()` of its file systems says. */
  readonly identity: string;
  /** Its randomness, which is not that of any other process of the machine, in whatever boot. */
  readonly random: SeededRandom;
  #alive = true;

  /** A process that lives; `SimulatedMachine.start` makes them. */
  constructor(machine: SimulatedMachine, is: Pick<SimulatedProcess, "name" | "identity" | "random">) {
    this.machine = machine;
    this.name = is.name;
    this.identity = is.identity;
    this.random = is.random;
  }

  /** Whether nobody has killed it. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Ends it, as SIGKILL does. */
  kill(): void {
    this.#alive = false;
  }
}
