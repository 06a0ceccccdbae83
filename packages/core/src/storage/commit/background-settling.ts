import { CommitUnknownError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";

/** How long commits may wait to be put in place, and the first pause before a retry, in milliseconds. */
const PAUSE = 10;
/** Pauses double with each retry. Up to this one, after some seconds, they keep the process alive. */
const LAST_AWAKE = 2_560;
/** The longest single sleep of those that keep the process alive. */
const LONGEST_SLEEP = 50;
/** The longest pause between retries. */
const LONGEST_PAUSE = 30_000;

/** What `BackgroundSettling` needs of its storage. */
export type Settler = {
  readonly runtime: Pick<Runtime, "sleep" | "idle">;
  /** Puts in place what waits; `longestWait` limits the wait for the lock, which else is that of a commit. */
  readonly settle: (longestWait?: number) => Promise<void>;
  /** Whether so much is waiting that it must be put in place at once. */
  readonly isUrgent: () => boolean;
  readonly report: (error: unknown) => void;
};

/** Puts commits made with `settle: "background"` in place a moment later, and retries if that fails. */
export class BackgroundSettling {
  readonly #settler: Settler;
  #first: Promise<void> | undefined;
  #further: Promise<void> | undefined;
  #ended = false;

  constructor(settler: Settler) {
    this.#settler = settler;
  }

  /** The first try, if one is under way. */
  get firstTry(): Promise<void> | undefined {
    return this.#first;
  }

  /** Settles after a short pause, as more commits may come; at once if it is urgent. */
  begin(): void {
    this.#first ??= this.#try();
  }

  /**
   * The storage was closed: what still waits for a retry keeps the process alive for no more than a moment.
   */
  end(): void {
    this.#ended = true;
  }

  async #try(): Promise<void> {
    try {
      if (!this.#settler.isUrgent()) await this.#settler.runtime.sleep(PAUSE);
      await this.#settler.settle();
    } catch (error) {
      this.#settler.report(error);
      this.#further ??= this.#tryAgain();
    } finally {
      this.#first = undefined;
    }
  }

  /**
   * Space or a permission may return at any time. The next commit also tries, and so does a close, which does
   * not wait for these retries.
   */
  async #tryAgain(): Promise<void> {
    let pause = PAUSE;
    while (!(await this.#endsAfter(pause))) pause = Math.min(LONGEST_PAUSE, pause * 2);
    this.#further = undefined;
  }

  /** Whether to stop: the retry succeeded, or no retry can succeed any more. */
  async #endsAfter(pause: number): Promise<boolean> {
    const { runtime, settle, report } = this.#settler;
    await (pause > LAST_AWAKE ? runtime.idle(pause) : this.#sleep(pause));
    try {
      // Do not wait for the lock: queued commits would have to wait as well.
      await settle(0);
      return true;
    } catch (error) {
      // The first try reported the failure; report it once more when it has proved to last.
      if (pause === LAST_AWAKE) report(error);
      return error instanceof CommitUnknownError;
    }
  }

  /** In short pieces, the last of which may outlast the end. */
  async #sleep(pause: number): Promise<void> {
    for (let left = pause; left > 0 && !this.#ended; left -= LONGEST_SLEEP)
      await this.#settler.runtime.sleep(Math.min(left, LONGEST_SLEEP));
  }
}
