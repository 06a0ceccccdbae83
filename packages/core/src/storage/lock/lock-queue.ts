import { LockedError } from "../../errors.ts";
import { Mutex } from "../mutex.ts";
import type { Hold } from "../storage.ts";

/** The longest single sleep while waiting, in milliseconds. */
const LONGEST_SLEEP = 50;

/** A hold that keeps the turn, the turns within it, and for how many milliseconds it was slept through. */
type Holder = { readonly hold: Hold; readonly within: Mutex; slept: number };

/** A caller that gives up once one hold has kept the turn for `longest` milliseconds since it came. */
type Waiter = {
  readonly longest: number;
  /** The hold that kept the turn when it came, and for how long it had been slept through. */
  readonly met: Holder | undefined;
  readonly since: number;
  giveUp(): void;
};

/** Whose turn it is in this process to use a store's write lock: one at a time, in the order of asking. */
export class LockQueue {
  readonly #mutex = new Mutex();
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #ended: () => void;
  #holder: Holder | undefined;
  readonly #waiters = new Set<Waiter>();
  #watching = false;

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
    return this.#awaited(this.acquire(), longest);
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
    this.#holder = { hold, within, slept: 0 };
    void this.#watch();
    return hold;
  }

  /** A turn within that hold, as with `acquire`; `undefined` if the hold is released. */
  async within(hold: Hold): Promise<(() => void) | undefined> {
    return this.#holder?.hold === hold ? this.#holder.within.acquire() : undefined;
  }

  #awaited(turn: Promise<() => void>, longest: number): Promise<() => void> {
    return new Promise((admit, refuse) => {
      const met = this.#holder;
      // A sleep that is under way began before this caller came.
      const since = (met?.slept ?? 0) + (this.#watching ? LONGEST_SLEEP : 0);
      const waiter: Waiter = { longest, met, since, giveUp: () => refuse(heldHere(longest)) };
      this.#waiters.add(waiter);
      void turn.then((release) => (this.#waiters.delete(waiter) ? admit(release) : release()));
      void this.#watch();
    });
  }

  /**
   * Counts the time of each hold for all who wait: if each counted for itself, every hold would wake them all.
   * Without a hold, whoever has the turn is not waiting for anyone here, so no time is counted.
   */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    while (this.#holder !== undefined && this.#waiters.size > 0) {
      const holder = this.#holder;
      await this.#sleep(LONGEST_SLEEP);
      holder.slept += LONGEST_SLEEP;
      if (holder === this.#holder) this.#dismiss(holder);
    }
    this.#watching = false;
  }

  #dismiss(holder: Holder): void {
    for (const waiter of this.#waiters) {
      const { longest, met, since } = waiter;
      if (holder.slept - (met === holder ? since : 0) < longest) continue;
      this.#waiters.delete(waiter);
      waiter.giveUp();
    }
  }
}

/** The error for a caller that gave up its turn after `waited` milliseconds of one hold. */
function heldHere(waited: number): LockedError {
  return new LockedError(
    `A session of this process has held the write lock for ${waited / 1000} seconds: it runs under the lock after ` +
      "many conflicts. Do not commit another session, or change or rotate keys, inside a session's callback.",
  );
}
