import { folderOf } from "../names.ts";
import type { Basis } from "../storage.ts";

/** Names, as a set or as the keys of a commit's changes. */
export type Names = { has(name: string): boolean; keys(): Iterable<string> };

/**
 * Which commit touched each name and each folder last, so that a session is judged by look-ups, and not by going
 * through all that was committed since it began.
 */
export class Touched {
  readonly #names = new Map<string, number>();
  /** With the name in it that was touched last. */
  readonly #folders = new Map<string, { readonly sequence: number; readonly name: string }>();

  /** How many names are known. */
  get size(): number {
    return this.#names.size;
  }

  /** Adds what a commit touches; sequences must come in order. `Infinity` is for commits that are about to be made. */
  add(sequence: number, names: Iterable<string>): void {
    for (const name of names) {
      this.#names.set(name, sequence);
      this.#folders.set(folderOf(name), { sequence, name });
    }
  }

  /** A name that a session read, listed or is about to write (`writes`), and that a commit after its head touched. */
  find({ head, folders, records }: Basis, writes: Names): string | undefined {
    if (this.#names.size === 0) return undefined;
    for (const folder of folders) {
      const last = this.#folders.get(folder);
      if (last !== undefined && last.sequence > head) return last.name;
    }
    return this.#lastTouched(records, head) ?? this.#lastTouched(writes.keys(), head);
  }

  #lastTouched(names: Iterable<string>, head: number): string | undefined {
    for (const name of names) if ((this.#names.get(name) ?? head) > head) return name;
    return undefined;
  }
}
