// Read once: on Node.js 20 the global is a getter, which is several times slower than reading the clock.
const { performance } = globalThis;

/** Milliseconds that synchronous work may take per turn of the event loop, for all adapters together. */
const BUDGET = 1;

/**
 * The time that synchronous work may take in each turn of an event loop; a thread has one budget for all its
 * adapters.
 *
 * @example
 * ```ts
 * import { TurnBudget } from "@baba/core/adapter";
 *
 * const budget = new TurnBudget((next) => void setTimeout(next));
 * console.log(await budget.within(() => "done")); // done
 * ```
 */
export class TurnBudget {
  readonly #later: (next: () => void) => void;
  #spent = 0;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /**
   * `later` calls a function after other work of the event loop (timers, input): a runtime's `setImmediate`.
   */
  constructor(later: (next: () => void) => void) {
    this.#later = later;
  }

  /**
   * Does short work synchronously, on the calling thread, as soon as the turn's budget allows: at once if
   * little was done in this turn, in a later turn otherwise. So a thousand small calls in a row cost no more
   * than their system calls, and timers and input still run in between.
   *
   * @param work gets the time (of `performance.now()`) by which it should stop
   */
  within<T>(work: (deadline: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const task = (): void => {
        try {
          resolve(this.#spend(work));
        } catch (error) {
          reject(error);
        }
      };
      if (this.#hasTime) task();
      else this.#waiting.push(task);
      this.#schedule();
    });
  }

  /**
   * Like {@link TurnBudget.within}, but in this very call; `undefined`, with nothing done, if the turn has no
   * time left.
   */
  atOnce<T>(work: (deadline: number) => T): T | undefined {
    if (!this.#hasTime) return undefined;
    this.#schedule();
    return this.#spend(work);
  }

  get #hasTime(): boolean {
    return this.#spent < BUDGET && this.#waiting.length === 0;
  }

  #spend<T>(work: (deadline: number) => T): T {
    const started = performance.now();
    try {
      return work(started + BUDGET - this.#spent);
    } finally {
      this.#spent += performance.now() - started;
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#spent = 0;
    let done = 0;
    while (done < this.#waiting.length && this.#spent < BUDGET) {
      this.#waiting[done]?.();
      done += 1;
    }
    // Once per turn: shifting one by one would be quadratic.
    this.#waiting = this.#waiting.slice(done);
    // Whatever still waits does so because time was spent.
    if (this.#spent > 0) this.#schedule();
  }
}
