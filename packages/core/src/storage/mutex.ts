/** Of waiting, in milliseconds. */
const PIECE = 50;

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

  /**
   * The same, unless it takes longer than so many milliseconds: then `undefined`, and the place in the queue is given up.
   * It sleeps in short pieces, of which the last may go on for nothing, and keeps the process alive so long.
   */
  async acquireBefore(
    longest: number,
    sleep: (milliseconds: number) => Promise<void>,
  ): Promise<(() => void) | undefined> {
    const turn = this.acquire();
    for (let waited = 0; waited < longest; waited += PIECE) {
      const won = await Promise.race([turn, sleep(PIECE).then(() => undefined)]);
      if (won !== undefined) return won;
    }
    void turn.then((release) => release());
    return undefined;
  }
}
