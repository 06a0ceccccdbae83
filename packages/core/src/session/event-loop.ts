import type { Runtime } from "../runtime/runtime.ts";

/** How long work may hold the event loop before others get a turn, in milliseconds. */
const LONGEST_HOLD = 3;

/** Keeps long runs of small work from holding the event loop: `breathe()` between the pieces. */
export class EventLoop {
  readonly #runtime: Runtime;
  #since: number;

  /** By the clock and the turns of this runtime. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#since = runtime.elapsed();
  }

  /** `undefined` while there is time left; else a promise that resolves after others had their turn. */
  breathe(): Promise<void> | undefined {
    if (this.#runtime.elapsed() - this.#since < LONGEST_HOLD) return undefined;
    return this.#runtime.turn().then(() => {
      this.#since = this.#runtime.elapsed();
    });
  }
}
