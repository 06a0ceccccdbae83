import type { DatabaseContext } from "../../session/database/assemble.ts";
import type { Ends } from "./handles.ts";

/** What the processes of a simulated machine are built on: all of one boot begin together. */
export class Boots {
  /** Hears of ends; those of the first boot begin with nobody to hear of it. */
  ends: Ends | undefined;
  readonly #processes: number;
  readonly #contexts = new Map<number, DatabaseContext>();
  /** Those that have begun since the power was cut, until they are all there. */
  readonly #begun = new Map<number, DatabaseContext>();
  #boot = 0;
  #isComplete = false;

  constructor(processes: number) {
    this.#processes = processes;
  }

  context(process: number): DatabaseContext {
    const context = this.#contexts.get(process);
    if (context === undefined) throw new RangeError(`there is no process ${process}`);
    return context;
  }

  /** Whether a process that starts in this boot is the first of it. */
  isFirst(boot: number): boolean {
    if (boot === this.#boot) return false;
    this.#boot = boot;
    this.#isComplete = false;
    this.#begun.clear();
    return true;
  }

  /** A process has begun; returns whether it completes the first boot. */
  begin(process: number, context: DatabaseContext): boolean {
    if (this.#isComplete) {
      this.#contexts.set(process, context);
      this.ends?.died(process);
      return false;
    }
    if (this.#begun.set(process, context).size < this.#processes) return false;
    this.#isComplete = true;
    for (const [begun, its] of this.#begun) this.#contexts.set(begun, its);
    this.ends?.cut();
    return this.ends === undefined;
  }
}
