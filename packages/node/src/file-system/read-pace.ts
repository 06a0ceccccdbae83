/** Milliseconds that a read takes on average where files come from a slow disk: from memory it is a hundredth. */
const SLOW = 1;
/** Reads that are judged together: a thread that is kept waiting for a processor takes as long once as a disk always. */
const JUDGED = 16;

/** Whether files come from memory, judged by the last reads. */
export class ReadPace {
  #reads = JUDGED;
  #milliseconds = 0;

  /** Whether the next reads are likely to be over in no time. */
  get isQuick(): boolean {
    return this.#milliseconds < SLOW * this.#reads;
  }

  /** Takes in how long so many reads took. */
  note(reads: number, milliseconds: number): void {
    this.#reads += reads;
    this.#milliseconds += milliseconds;
    const surplus = this.#reads / (2 * JUDGED);
    if (surplus <= 1) return;
    this.#reads /= surplus;
    this.#milliseconds /= surplus;
  }
}
