// Taken once: on Node.js 20 the global is a getter, which takes several times as long as to read the clock.
const { performance } = globalThis;

/** Milliseconds that synchronous work may take of one turn of the event loop, all adapters together. */
const BUDGET = 1;

/**
 * The time that synchronous work may take of each turn of an event loop; a thread has one, which all its adapters share.
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

  /** With what calls a function after other work of the event loop (timers, input) had its turn: a runtime's `setImmediate`. */
  constructor(later: (next: () => void) => void) {
    this.#later = later;
  }

  /**
   * Does short work synchronously, on the calling thread, as soon as the turn's budget allows: at once
   * where little was done in this turn, in a later turn otherwise. So a thousand small calls in a row
   * cost what their system calls cost, and timers and input have their turn between them.
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

  /** Does short work in this very call, as {@link TurnBudget.within} would; `undefined`, and nothing done, where the turn has no time for it. */
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
    // Cut off once a turn: to shift one by one would cost the square of their number.
    this.#waiting = this.#waiting.slice(done);
    if (this.#waiting.length > 0 || this.#spent > 0) this.#schedule();
  }
}
