import { SeededRandom, seedFrom } from "./random.ts";

/**
 * A machine that runs simulated processes, and knows for certain which of them are alive. A paused one is;
 * one that was killed, or that ran before the last power cut, is not.
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

  /** A machine in its `boot`-th boot; the seed is for its processes' randomness. */
  constructor(boot: number = 1, seed: number = 1) {
    this.#boot = boot;
    this.#seed = seed;
  }

  /** The number of the current boot. */
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

  /** Ends all processes at once; later ones belong to another boot. */
  powerCut(): void {
    for (const process of this.#processes) process.kill();
    this.#processes.length = 0;
    this.#boot += 1;
  }

  /**
   * Whether the process with this identity is alive; `undefined` if it is no identity of a simulated process.
   */
  lives(identity: string): boolean | undefined {
    const [, boot, number] = /^simulated boot (\d+) process (\d+)$/.exec(identity) ?? [];
    if (boot === undefined || number === undefined) return undefined;
    return Number(boot) === this.#boot && (this.#processes[Number(number) - 1]?.alive ?? false);
  }
}

/**
 * A process that can be killed at any step: calls in progress, and later ones, never return.
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
  /** The name its test gave it. */
  readonly name: string;
  /** The result of `processIdentity()` on its file systems. */
  readonly identity: string;
  /** Its randomness, different from that of any other process of the machine, in any boot. */
  readonly random: SeededRandom;
  #alive = true;

  /** A live process; `SimulatedMachine.start` makes them. */
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

  /** Ends it, like SIGKILL. */
  kill(): void {
    this.#alive = false;
  }
}
