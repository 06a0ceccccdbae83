import { closeSync } from "node:fs";
import { setImmediate } from "node:timers";

/**
 * The file that was written last, open until the event loop's turn ends: a sync that follows at once, like
 * that of a commit, need not open it again. It is the very file that was written, so no checks are needed.
 */
export class LastWrite {
  #path: string | undefined;
  #descriptor: number | undefined;

  /** Keeps a descriptor, which is closed at the end of the turn unless someone takes it. */
  keep(path: string, descriptor: number): void {
    this.close();
    this.#path = path;
    this.#descriptor = descriptor;
    setImmediate(() => this.close());
  }

  /** The descriptor, if this file was written last; the caller then closes it. */
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
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // Nobody is left to tell, as the write has ended: whether its bytes reach the disk is for a sync to
      // say.
    }
  }
}
