import { Mutex } from "./mutex.ts";
import type { Hold } from "./storage.ts";

/** Whose turn it is in this process to use a store's write lock: one at a time, in the order of asking. */
export class Turns {
  readonly #mutex = new Mutex();
  readonly #sleep: (milliseconds: number) => Promise<void>;
  /** The hold that keeps the turn, and whose turn it is within it. */
  #holder: { readonly hold: Hold; readonly within: Mutex } | undefined;

  /** `sleep` is how it waits. */
  constructor(sleep: (milliseconds: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  /** Whether a hold keeps the turn. */
  get isHeld(): boolean {
    return this.#holder !== undefined;
  }

  /** Resolves when it is the caller's turn, with the function that ends the turn (idempotent). */
  acquire(): Promise<() => void> {
    return this.#mutex.acquire();
  }

  /** The same, unless it takes longer than so many milliseconds: then `undefined`, and the place in the queue is given up. */
  acquireBefore(longest: number): Promise<(() => void) | undefined> {
    return this.#mutex.acquireBefore(longest, this.#sleep);
  }

  /** Makes a hold of the caller's turn. Its release waits for what is under way within it, and then does `end`. */
  keep(end: () => Promise<void>): Hold {
    const within = new Mutex();
    let ended: Promise<void> | undefined;
    const hold: Hold = {
      release: () => {
        // What comes later has no part in it any more.
        if (this.#holder?.hold === hold) this.#holder = undefined;
        ended ??= within.acquire().then(end);
        return ended;
      },
    };
    this.#holder = { hold, within };
    return hold;
  }

  /** A turn within that hold, as with `acquire`; `undefined` where the hold is released. */
  async within(hold: Hold): Promise<(() => void) | undefined> {
    return this.#holder?.hold === hold ? this.#holder.within.acquire() : undefined;
  }
}
