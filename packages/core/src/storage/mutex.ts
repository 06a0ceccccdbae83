/** Lets one at a time through, in the order of asking. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, with the function that ends the turn (idempotent). */
  acquire(): Promise<() => void> {
    const before = this.#last;
    return new Promise((admit) => {
      this.#last = new Promise((release) => {
        void before.then(() => admit(release));
      });
    });
  }
}
