/** Lets one caller through at a time, in the order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();
  /** How many callers have the turn or wait for it. */
  #asking = 0;

  /** Whether no caller has the turn or waits for it. */
  get isFree(): boolean {
    return this.#asking === 0;
  }

  /** Resolves when it is the caller's turn, with a function that ends the turn (idempotent). */
  acquire(): Promise<() => void> {
    const before = this.#last;
    this.#asking += 1;
    return new Promise((admit) => {
      this.#last = new Promise((release) => {
        void before.then(() => admit(release));
      });
      void this.#last.then(() => {
        this.#asking -= 1;
      });
    });
  }
}
