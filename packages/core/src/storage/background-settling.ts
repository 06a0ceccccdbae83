/** How long commits may wait in the journal before they are put in place, in milliseconds; and the pause before the first further try. */
const PAUSE = 10;
/** The last pause before a further try, each being twice as long as the one before: some seconds together. */
const LAST_PAUSE = 2_560;

/** What settles in the background. */
export type Settler = {
  readonly sleep: (milliseconds: number) => Promise<void>;
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
      if (!this.#settler.isUrgent()) await this.#settler.sleep(PAUSE);
      await this.#settler.settle();
    } catch (error) {
      this.#settler.report(error);
      this.#further ??= this.#tryAgain();
    } finally {
      this.#first = undefined;
    }
  }

  /**
   * There may be room again, or a permission. The tries come to an end, as a sleep keeps the process alive; after them
   * the next commit tries. A close, which tries by itself, waits for none of them.
   */
  async #tryAgain(): Promise<void> {
    for (let pause = PAUSE; pause <= LAST_PAUSE; pause *= 2) {
      await this.#settler.sleep(pause);
      // What fails was reported already; and commits that wait are not kept waiting for the lock.
      if (await this.#settler.settle(0).then(succeeded, failed)) break;
    }
    this.#further = undefined;
  }
}

const succeeded = () => true;
const failed = () => false;
