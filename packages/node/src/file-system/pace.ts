/** Milliseconds that a file takes on average on a slow disk: to read it from memory, or to write it there, takes a hundredth. */
const SLOW = 1;
/** Files that are judged together: a thread that is kept waiting for a processor takes as long once as a disk always. */
const JUDGED = 16;

/** Whether files are read from memory, or written to it, judged by the last ones. */
export class Pace {
  #files = JUDGED;
  #milliseconds = 0;

  /** Whether the next ones are likely to be over in no time. */
  get isQuick(): boolean {
    return this.#milliseconds < SLOW * this.#files;
  }

  /** Takes in how long so many took. */
  note(files: number, milliseconds: number): void {
    this.#files += files;
    this.#milliseconds += milliseconds;
    const surplus = this.#files / (2 * JUDGED);
    if (surplus <= 1) return;
    this.#files /= surplus;
    this.#milliseconds /= surplus;
  }
}
