import type { Runtime } from "./runtime.ts";

/** How long work may hold the event loop before others get a turn, in milliseconds. */
const LONGEST_HOLD = 1;

/**
 * Keeps long runs of small work from holding the event loop: `breathe()` between the pieces.
 *
 * @example
 * ```ts
 * import { assemble } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * const { loop } = assemble(memoryRuntime());
 * for (let piece = 0; piece < 1000; piece++) {
 *   const pause = loop.breathe();
 *   if (pause !== undefined) await pause;
 * }
 * ```
 */
export class EventLoop {
  readonly #runtime: Runtime;
  /** When the work of this turn began; `undefined` where none has begun, as others had their turn since. */
  #since: number | undefined;
  /** Those that go on in later turns, in the order in which they asked. */
  readonly #waiting: (() => void)[] = [];
  #releasing = false;

  /** By the clock and the turns of this runtime. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * `undefined` while there is time left; else a {@link EventLoop.pause}. Time is counted from the first call of a turn on: whoever
   * comes from a long piece of work that nobody counted pauses.
   */
  breathe(): Promise<void> | undefined {
    // What waits goes first: it begins the next turn.
    if (this.#since === undefined && this.#waiting.length === 0) this.#begin();
    return this.#hasTime() ? undefined : this.pause();
  }

  /** Resolves after others had their turn, and after the work of those that waited before left time for it. */
  pause(): Promise<void> {
    const released = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#releasing) void this.#release();
    return released;
  }

  /** In each turn as many as it has time for, and one at least. */
  async #release(): Promise<void> {
    this.#releasing = true;
    while (this.#waiting.length > 0) {
      await this.#runtime.turn();
      this.#begin();
      let released = 0;
      do {
        this.#waiting[released]?.();
        released += 1;
        // What was released works before the clock is read: a promise's reactions run later than its resolution.
        await undefined;
      } while (released < this.#waiting.length && this.#hasTime());
      // Cut off once a turn: to shift one by one would cost the square of their number.
      this.#waiting.splice(0, released);
    }
    this.#releasing = false;
  }

  /** Time is counted from here until others had their turn, for whatever asks meanwhile. */
  #begin(): void {
    this.#since = this.#runtime.elapsed();
    void this.#runtime.turn().then(() => {
      this.#since = undefined;
    });
  }

  #hasTime(): boolean {
    return this.#since !== undefined && this.#runtime.elapsed() - this.#since < LONGEST_HOLD;
  }
}
