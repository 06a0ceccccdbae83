import type { Runtime } from "./runtime.ts";

/** How long work may hold the event loop before yielding, in milliseconds. */
const LONGEST_HOLD = 1;

/**
 * {@link EventLoop.breathe}, for code that only yields: call it between the pieces of long work, and await
 * what it returns, if anything.
 */
export type Breathe = () => Promise<void> | undefined;

/**
 * Keeps long runs of small work from blocking the event loop: call `breathe()` between the pieces.
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
  /** When this turn's work began; `undefined` if none has begun since other work last ran. */
  #since: number | undefined;
  /** Those that continue in later turns, in the order of asking. */
  readonly #waiting: (() => void)[] = [];
  #releasing = false;

  /** Uses this runtime's clock and turns. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * `undefined` while there is time left; else a {@link EventLoop.pause}. Time is counted from the first call
   * in a turn, so a caller that comes from a long, uncounted piece of work pauses.
   */
  breathe(): Promise<void> | undefined {
    // Those that wait go first: the next turn begins with them.
    if (this.#since === undefined && this.#waiting.length === 0) this.#begin();
    return this.#hasTime() ? undefined : this.pause();
  }

  /** Resolves after other work has run, and earlier waiters have left time in a turn. */
  pause(): Promise<void> {
    const released = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#releasing) void this.#release();
    return released;
  }

  /** In each turn as many as there is time for, and at least one. */
  async #release(): Promise<void> {
    this.#releasing = true;
    while (this.#waiting.length > 0) {
      await this.#runtime.turn();
      this.#begin();
      let released = 0;
      do {
        this.#waiting[released]?.();
        released += 1;
        // Let the released one work before reading the clock: a promise's reactions run after its resolution.
        await undefined;
      } while (released < this.#waiting.length && this.#hasTime());
      // Once per turn: shifting one by one would be quadratic.
      this.#waiting.splice(0, released);
    }
    this.#releasing = false;
  }

  /** Counts time from here until other work has run, whoever asks in the meantime. */
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
