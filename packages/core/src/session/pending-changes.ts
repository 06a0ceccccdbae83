import { Arena } from "../arena.ts";
import { BabaError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { printable } from "../printable.ts";
import { checkRecordName } from "../storage/names.ts";
import { mustBeReadable, type NamedText } from "./record.ts";
import { payloadOf } from "./text.ts";
import type { View } from "./view.ts";

/** Queues a session's changes in its view, for the commit. */
export class PendingChanges {
  readonly #view: View;
  readonly #log: Log;
  readonly #arena = new Arena();

  constructor(view: View, log: Log) {
    this.#view = view;
    this.#log = log;
  }

  /** Queues a record to be written; returns its name. @throws `BABA_UNSERIALIZABLE` if it is too large */
  write({ name, text }: NamedText): string {
    const payload = payloadOf(text, this.#arena);
    mustBeReadable(name, payload.length);
    this.#view.change(name, payload);
    this.#log.debug(() => `Queued ${printable(name)} to be written`);
    return name;
  }

  /** Queues the deletion of a record; whether it exists. @throws `BABA_NAME` */
  async delete(filename: string): Promise<boolean> {
    const name = checkRecordName(filename);
    if (!(await this.#view.has(name))) {
      this.#log.debug(() => `Nothing to delete: there is no ${printable(name)}`);
      return false;
    }
    this.#view.change(name, undefined);
    this.#log.debug(() => `Queued ${printable(name)} to be deleted`);
    return true;
  }

  /** Queues a rename; whether the record exists. @throws `BABA_NAME`, `BABA_EXISTS`, errors of reading it */
  async move(from: string, to: string): Promise<boolean> {
    const [source, target] = [checkRecordName(from), checkRecordName(to)];
    const payload = await this.#view.get(source);
    if (payload instanceof BabaError) throw payload;
    if (payload === undefined) {
      this.#log.debug(() => `Nothing to move: there is no ${printable(source)}`);
      return false;
    }
    if (source === target) return true;
    if (await this.#view.has(target)) throw alreadyThere(target);
    this.#view.change(target, payload);
    this.#view.change(source, undefined);
    this.#log.debug(() => `Queued ${printable(source)} to be moved to ${printable(target)}`);
    return true;
  }
}

function alreadyThere(name: string): BabaError {
  return new BabaError(
    "BABA_EXISTS",
    `${printable(name)} is there already: delete it first, or choose another name.`,
    { record: name },
  );
}
