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
        const started = performance.now();
        try {
          resolve(work(started + BUDGET - this.#spent));
        } catch (error) {
          reject(error);
        }
        this.#spent += performance.now() - started;
      };
      if (this.#spent < BUDGET && this.#waiting.length === 0) task();
      else this.#waiting.push(task);
      this.#schedule();
    });
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
