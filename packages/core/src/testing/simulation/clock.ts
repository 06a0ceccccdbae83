import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { noCompression, simulatedCrypto } from "./crypto.ts";
import { processOf } from "./file-system.ts";
import { SeededRandom } from "./random.ts";

/**
 * Time that passes only when told to.
 *
 * @example
 * ```ts
 * import { SimulatedClock } from "@baba/core/testing";
 * const clock = new SimulatedClock(0);
 * clock.at(60_000, () => console.log(clock.now())); // 60000
 * clock.advanceTo(60_000);
 * ```
 */
export class SimulatedClock {
  #now: number;
  readonly #timers: Timer[] = [];

  /** A clock set to this time, in milliseconds since the epoch. */
  constructor(now: number = Date.UTC(2020, 0, 1)) {
    this.#now = now;
  }

  /** Milliseconds since the epoch, with a fraction. */
  now(): number {
    return this.#now;
  }

  /** Resolves when the time has passed and the timer has fired. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((fire) => this.at(this.#now + Math.max(0, milliseconds), fire));
  }

  /** Calls `fire` at that time; `belongs` tells whether anyone still waits for it. */
  at(time: number, fire: () => void, belongs: () => boolean = () => true): void {
    this.#timers.push({ time, fire, belongs });
  }

  /** The time of the earliest timer that anyone waits for. */
  earliest(): number | undefined {
    this.#forget();
    return this.#timers.reduce<number | undefined>(
      (least, { time }) => (least === undefined || time < least ? time : least),
      undefined,
    );
  }

  /** Lets time pass and fires what is due, in chronological order. */
  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
    this.#forget();
    const due = this.#timers.filter((timer) => timer.time <= this.#now).sort((a, b) => a.time - b.time);
    for (const timer of due) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.fire();
    }
  }

  #forget(): void {
    for (let i = this.#timers.length - 1; i >= 0; i--)
      if (!this.#timers[i]?.belongs()) this.#timers.splice(i, 1);
  }
}

type Timer = { readonly time: number; readonly fire: () => void; readonly belongs: () => boolean };

/** The parts of a simulated runtime. */
export type SimulatedRuntimeOptions = {
  /** By default, that of the file system's process: two processes never draw the same numbers. */
  readonly random?: SeededRandom;
  /** By default, a clock of its own, which a sleep advances at once. */
  readonly clock?: { now(): number; sleep(milliseconds: number): Promise<void> };
  /** Receives each line for the terminal; by default, they are dropped. */
  readonly terminal?: (line: string) => void;
};

/**
 * A runtime in which every directory is this one file system; everything in it depends only on its seed.
 *
 * @example
 * ```ts
 * import { SimulatedDisk, simulatedFileSystem, simulatedRuntime } from "@baba/core/testing";
 * const runtime = simulatedRuntime(simulatedFileSystem(new SimulatedDisk()));
 * await runtime.sleep(60_000);
 * console.log(runtime.elapsed()); // 60000
 * ```
 */
export function simulatedRuntime(fileSystem: FileSystem, options: SimulatedRuntimeOptions = {}): Runtime {
  const random = options.random ?? processOf(fileSystem)?.random ?? new SeededRandom(1);
  const clock = options.clock ?? impatientClock();
  const start = clock.now();
  return {
    absolute: (path) => path,
    fileSystem: () => fileSystem,
    crypto: simulatedCrypto(random),
    compression: noCompression,
    terminal: options.terminal ?? (() => {}),
    logFile: () => () => {},
    now: () => Math.floor(clock.now()),
    elapsed: () => clock.now() - start,
    turn: () => clock.sleep(0),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    // Runs are too short for idle work to matter, and one that waited for it would not end.
    idle: () => new Promise(() => {}),
  };
}

function impatientClock(): { now(): number; sleep(milliseconds: number): Promise<void> } {
  const clock = new SimulatedClock();
  return {
    now: () => clock.now(),
    sleep: async (milliseconds) => clock.advanceTo(clock.now() + Math.max(0, milliseconds)),
  };
}
