import { printableSentence } from "../../log/describe-error.ts";
import type { Log } from "../../log/log.ts";

/**
 * The logs of all databases that share a store: what it reports, and no caller is told, is logged by each.
 */
export class Audience {
  readonly #logs: Log[];

  constructor(first: Log) {
    this.#logs = [first];
  }

  get hasOthers(): boolean {
    return this.#logs.length > 1;
  }

  join(log: Log): void {
    this.#logs.push(log);
  }

  /** Returns whether others are left; the last log stays, for what is reported while the store is closed. */
  leave(log: Log): boolean {
    if (!this.hasOthers) return false;
    this.#logs.splice(this.#logs.indexOf(log), 1);
    return true;
  }

  error(message: string): void {
    this.#tell("error", message);
  }

  warning(message: string): void {
    this.#tell("warning", message);
  }

  info(message: string): void {
    this.#tell("info", message);
  }

  #tell(level: "error" | "warning" | "info", message: string): void {
    const line = printableSentence(message);
    for (const log of this.#logs) log[level](line);
  }
}
