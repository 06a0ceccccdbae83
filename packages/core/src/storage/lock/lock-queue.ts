import { LockedError } from "../../errors.ts";
import { Mutex } from "../mutex.ts";
import type { Hold } from "../storage.ts";

/** The longest single sleep while waiting, in milliseconds. */
const LONGEST_SLEEP = 50;

/** Whose turn it is in this process to use a store's write lock: one at a time, in the order of asking. */
export class LockQueue {
  readonly #mutex = new Mutex();
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #ended: () => void;
  /** The hold that keeps the turn, and the turns within it. */
  #holder: { readonly hold: Hold; readonly within: Mutex } | undefined;
  /** Called when a hold begins and when a turn ends. */
  #wakers: (() => void)[] = [];

  /** `sleep` is used to wait; `ended` is called at the end of each turn, before the next begins. */
  constructor(sleep: (milliseconds: number) => Promise<void>, ended: () => void) {
    this.#sleep = sleep;
    this.#ended = ended;
  }

  /** Whether it is nobody's turn. */
  get isFree(): boolean {
    return this.#mutex.isFree;
  }

  /** Resolves when it is the caller's turn, with a function that ends the turn, to be called once. */
  async acquire(): Promise<() => void> {
    const release = await this.#mutex.acquire();
    return () => {
      this.#ended();
      release();
      this.#wake();
    };
  }

  /**
   * The same, unless one hold keeps the turn for `longest` milliseconds, as it may be waiting for this very
   * caller: then the place in the queue is given up. Sleeps in short pieces, the last of which may outlast
   * the wait and keep the process alive for that long.
   *
   * @throws {LockedError}
   */
  async acquireBefore(longest: number): Promise<() => void> {
    if (this.isFree) return this.acquire();
    const turn = this.acquire();
    let waitedFor = this.#holder;
    for (let waited = 0; waited < longest; waitedFor = this.#holder) {
      const won = await Promise.race([turn, this.#pause()]);
      if (won !== undefined) return won;
      waited = waitedFor !== undefined && waitedFor === this.#holder ? waited + LONGEST_SLEEP : 0;
    }
    void turn.then((release) => release());
    throw heldHere(longest);
  }

  /**
   * Turns the caller's turn into a hold. Its release waits for what is under way within it, then runs `end`.
   */
  keep(end: () => Promise<void>, mustHold: () => Promise<void>): Hold {
    const within = new Mutex();
    let ended: Promise<void> | undefined;
    const hold: Hold = {
      mustHold,
      release: () => {
        // Later work is no longer part of it.
        if (this.#holder?.hold === hold) this.#holder = undefined;
        ended ??= within.acquire().then(end);
        return ended;
      },
    };
    this.#holder = { hold, within };
    this.#wake();
    return hold;
  }

  /** A turn within that hold, as with `acquire`; `undefined` if the hold is released. */
  async within(hold: Hold): Promise<(() => void) | undefined> {
    return this.#holder?.hold === hold ? this.#holder.within.acquire() : undefined;
  }

  /** Without a hold, whoever has the turn is not waiting for anyone here, so no time is counted. */
  async #pause(): Promise<undefined> {
    if (this.#holder === undefined) await new Promise<void>((wake) => this.#wakers.push(wake));
    else await this.#sleep(LONGEST_SLEEP);
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

/** The error for a caller that gave up its turn after `waited` milliseconds of one hold. */
function heldHere(waited: number): LockedError {
  return new LockedError(
    `A session of this process has held the write lock for ${waited / 1000} seconds: it runs under the lock after ` +
      "many conflicts. Do not commit another session, or change or rotate keys, inside a session's callback.",
  );
}
