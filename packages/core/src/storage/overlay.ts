import { compareNames, folderOf } from "./names.ts";
import type { Content } from "./protection.ts";
import type { RecordFiles } from "./record-files.ts";
import type { Redo } from "./redo.ts";

/** Reads records: what is in the journal but in no file yet, over what is in the files. */
export class Overlay {
  readonly #redo: Redo;
  readonly #records: RecordFiles;

  constructor(redo: Redo, records: RecordFiles) {
    this.#redo = redo;
    this.#records = records;
  }

  /** The stored form of each record; a promise only if there is something to wait for. */
  read(names: readonly string[]): Content[] | Promise<Content[]> {
    return this.#redo.size === 0 ? this.#records.read(names) : this.#readOver(names);
  }

  /** Whether there is a record of each name. */
  async exist(names: readonly string[]): Promise<boolean[]> {
    const { unplaced, inFiles } = this.#split(names);
    const present = inFiles.length === 0 ? [] : await this.#records.exist(inFiles);
    let next = 0;
    return unplaced.map((entry) =>
      entry === undefined ? present[next++] === true : entry.payload !== undefined,
    );
  }

  /** The names of a folder's records, in order. */
  async list(folder: string): Promise<string[]> {
    // Before the files: what is put in place in the meantime is in one or the other.
    const unplaced = [...this.#redo.names()].filter(([name]) => folderOf(name) === folder);
    const names = await this.#records.list(folder);
    if (unplaced.length === 0) return names;
    const listed = new Set(names);
    for (const [name, exists] of unplaced) {
      if (exists) listed.add(name);
      else listed.delete(name);
    }
    return [...listed].sort(compareNames);
  }

  /** How many names {@link Overlay.list} would give. */
  async count(folder: string): Promise<number> {
    return this.#redo.size === 0 ? this.#records.count(folder) : (await this.list(folder)).length;
  }

  async #readOver(names: readonly string[]): Promise<Content[]> {
    const { unplaced, inFiles } = this.#split(names);
    const read = inFiles.length === 0 ? [] : await this.#records.read(inFiles);
    let next = 0;
    return unplaced.map((entry) => (entry === undefined ? read[next++] : entry.payload));
  }

  /** What the journal decides of each name, and the names of which the files tell. */
  #split(names: readonly string[]) {
    const unplaced = names.map((name) => this.#redo.get(name));
    return { unplaced, inFiles: names.filter((_, i) => unplaced[i] === undefined) };
  }
}
