/** Average milliseconds per file on a slow disk: reading or writing one in memory takes a hundredth. */
const SLOW = 1;
/** Files judged together: a thread waiting for a CPU is once as slow as a disk always is. */
const JUDGED = 16;

/** Judges by recent files whether files are served from memory. */
export class Pace {
  #files = JUDGED;
  #milliseconds = 0;

  /** Whether the next files are likely to be done at once. */
  get isQuick(): boolean {
    return this.#milliseconds < SLOW * this.#files;
  }

  /** Notes how long that many files took. */
  note(files: number, milliseconds: number): void {
    this.#files += files;
    this.#milliseconds += milliseconds;
    const surplus = this.#files / (2 * JUDGED);
    if (surplus <= 1) return;
    this.#files /= surplus;
    this.#milliseconds /= surplus;
  }
}
