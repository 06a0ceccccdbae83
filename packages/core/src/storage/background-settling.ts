import { CommitUnknownError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** How long commits may wait in the journal before they are put in place, in milliseconds; and the pause before the first further try. */
const PAUSE = 10;
/** The pauses before further tries, each twice as long as the one before, for which the process is kept alive end here: after some seconds. */
const LAST_AWAKE = 2_560;
/** No pause is longer. */
const LONGEST_PAUSE = 30_000;

/** What settles in the background. */
export type Settler = {
  readonly runtime: Pick<Runtime, "sleep" | "idle">;
  /** Puts in place what waits; the lock is waited for so long, or as long as for a commit. */
  readonly settle: (longestWait?: number) => Promise<void>;
  /** Whether so much waits that it is not to wait longer. */
  readonly isUrgent: () => boolean;
  readonly report: (error: unknown) => void;
};

/** Puts in place, a moment later, what was committed with `settle: "background"`, and tries again where that fails. */
export class BackgroundSettling {
  readonly #settler: Settler;
  #first: Promise<void> | undefined;
  #further: Promise<void> | undefined;

  constructor(settler: Settler) {
    this.#settler = settler;
  }

  /** The first try under way. */
  get firstTry(): Promise<void> | undefined {
    return this.#first;
  }

  /** Settles after a moment, for more commits may come; at once where that is urgent. */
  begin(): void {
    this.#first ??= this.#try();
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
   * There may be room again, or a permission, after however long. The next commit tries too, and so does a close, which waits
   * for none of these.
   */
  async #tryAgain(): Promise<void> {
    let pause = PAUSE;
    while (!(await this.#endsAfter(pause))) pause = Math.min(LONGEST_PAUSE, pause * 2);
    this.#further = undefined;
  }

  /** Whether no further try is needed, or of any use. */
  async #endsAfter(pause: number): Promise<boolean> {
    const { runtime, settle, report } = this.#settler;
    await (pause > LAST_AWAKE ? runtime.idle(pause) : runtime.sleep(pause));
    try {
      // Commits that wait are not kept waiting for the lock.
      await settle(0);
      return true;
    } catch (error) {
      // What fails was reported at the first try, and is once more when it is known to last.
      if (pause === LAST_AWAKE) report(error);
      return error instanceof CommitUnknownError;
    }
  }
}
