import { closeSync } from "node:fs";
import { setImmediate } from "node:timers";

/**
 * The file that was written last, open until the event loop's turn ends: a sync that follows at once, as that
 * of a commit does, need not open it again. It is the file that was written, so nothing has to be looked at.
 */
export class LastWrite {
  #path: string | undefined;
  #descriptor: number | undefined;

  /** Keeps a descriptor, which is closed at the end of the turn where nobody takes it. */
  keep(path: string, descriptor: number): void {
    this.close();
    this.#path = path;
    this.#descriptor = descriptor;
    setImmediate(() => this.close());
  }

  /** The descriptor, where this file was written last; the taker closes it. */
  take(path: string): number | undefined {
    if (path !== this.#path) return undefined;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    return descriptor;
  }

  /** Closes what is kept: its path is about to mean another file, or the turn has ended. */
  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
