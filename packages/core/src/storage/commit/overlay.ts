import { compareNames } from "../names.ts";
import type { RecordReader } from "../records/record-reader.ts";
import type { Content } from "../storage.ts";
import type { Redo } from "./redo.ts";

/** Reads records: what is in the journal but in no file yet, over what is in the files. */
export class Overlay {
  readonly #redo: Redo;
  readonly #reader: RecordReader;

  constructor(redo: Redo, reader: RecordReader) {
    this.#redo = redo;
    this.#reader = reader;
  }

  /** What {@link RecordReader.read} gives, with the journal's records in place of those of the files. */
  read(names: readonly string[]): Content[] | Promise<Content[]> {
    return this.#redo.size === 0 ? this.#reader.read(names) : this.#readOver(names);
  }

  /** Whether there is a record of each name. */
  async exist(names: readonly string[]): Promise<boolean[]> {
    const { unplaced, inFiles } = this.#split(names);
    const present = inFiles.length === 0 ? [] : await this.#reader.exist(inFiles);
    let next = 0;
    return unplaced.map((entry) =>
      entry === undefined ? present[next++] === true : entry.payload !== undefined,
    );
  }

  /** The names of a folder's records, in order. */
  async list(folder: string): Promise<string[]> {
    // Before the files: what is put in place in the meantime is in one or the other.
    const unplaced = this.#unplacedIn(folder);
    const names = await this.#reader.list(folder);
    if (unplaced.length === 0) return names;
    const listed = new Set(names);
    for (const { name, exists } of unplaced) {
      if (exists) listed.add(name);
      else listed.delete(name);
    }
    return [...listed].sort(compareNames);
  }

  /** The folders of what is not in place: some may not be there yet. */
  folders(): Set<string> {
    return new Set(this.#redo.names.folders());
  }

  /** How many names {@link Overlay.list} would give. */
  async count(folder: string): Promise<number> {
    return this.#redo.size === 0 ? this.#reader.count(folder) : (await this.list(folder)).length;
  }

  /** Distinguishes states of the folder's files; `undefined` if nothing does. */
  stamp(folder: string): Promise<string | undefined> {
    return this.#reader.stamp(folder);
  }

  #unplacedIn(folder: string): { readonly name: string; readonly exists: boolean }[] {
    const names = this.#redo.names.in(folder);
    return names.map((name) => ({ name, exists: this.#redo.get(name)?.payload !== undefined }));
  }

  async #readOver(names: readonly string[]): Promise<Content[]> {
    const { unplaced, inFiles } = this.#split(names);
    const read = inFiles.length === 0 ? [] : await this.#reader.read(inFiles);
    const contents: Content[] = [];
    let next = 0;
    for (const entry of unplaced) {
      if (entry === undefined && next === read.length) break;
      contents.push(entry === undefined ? read[next++] : entry.payload);
    }
    return contents;
  }

  /** What the journal decides of each name, and the names of which the files tell. */
  #split(names: readonly string[]) {
    const unplaced = names.map((name) => this.#redo.get(name));
    return { unplaced, inFiles: names.filter((_, i) => unplaced[i] === undefined) };
  }
}
