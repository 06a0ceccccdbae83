import { ConflictError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { folderOf } from "../names.ts";
import type { Basis } from "../storage.ts";

/** How many names of past commits are kept; sessions that began before them get a conflict. */
const LONGEST_MEMORY = 65_536;

/** Names, as a set or as the keys of a commit's changes. */
type Names = { has(name: string): boolean; keys(): Iterable<string> };

/** What a batch is about to commit, so that each of its sessions is judged without going through all of it. */
export class Touched {
  readonly #names = new Set<string>();
  /** One of the names in each folder. */
  readonly #byFolder = new Map<string, string>();

  /** Adds the names of a commit. */
  add(names: Iterable<string>): void {
    for (const name of names) {
      this.#names.add(name);
      this.#byFolder.set(folderOf(name), name);
    }
  }

  /** A name that a session read, listed or is about to write (`writes`). */
  find({ folders, records }: Basis, writes: Names): string | undefined {
    if (this.#names.size === 0) return undefined;
    for (const folder of folders) if (this.#byFolder.has(folder)) return this.#byFolder.get(folder);
    for (const name of records) if (this.#names.has(name)) return name;
    for (const name of writes.keys()) if (this.#names.has(name)) return name;
    return undefined;
  }
}

/**
 * Which names each commit touched, back to a floor: sessions' reads are checked against them. Nothing is
 * known below the floor, and what is not known counts as a conflict.
 */
export class History {
  readonly #commits: { readonly sequence: number; readonly names: readonly string[] }[] = [];
  #names = 0;
  #floor: number;

  /** Every commit after the sequence `floor` will be noted. */
  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Notes what a commit touched; sequences must come in order. */
  note(sequence: number, names: readonly string[]): void {
    this.#commits.push({ sequence, names });
    this.#names += names.length + 1;
    while (this.#names > LONGEST_MEMORY && this.#commits.length > 1) this.#forgetOldest();
  }

  /** Forgets everything up to a commit whose names are not known. */
  forgetUntil(floor: number): void {
    this.#commits.length = 0;
    this.#names = 0;
    this.#floor = Math.max(this.#floor, floor);
  }

  /**
   * Checks for conflicts with what a session read and the names it is about to write (`writes`).
   *
   * `earlier` is what the commits touch that are about to be made before its own.
   *
   * @throws {ConflictError} if a commit after the basis touched one of these, or may have
   */
  judge(basis: Basis, writes: Names, earlier: Touched): void {
    if (basis.head < this.#floor) {
      throw new ConflictError(
        "It is no longer known what was committed since the session began to read, as it was too much, or another " +
          "process has emptied the journal since: run the session again.",
      );
    }
    const touched = earlier.find(basis, writes);
    if (touched !== undefined) judgeName(touched, basis, writes);
    const known = this.#commits.findLastIndex(({ sequence }) => sequence <= basis.head);
    for (const { names } of this.#commits.slice(known + 1).reverse()) {
      for (const name of names) judgeName(name, basis, writes);
    }
  }

  #forgetOldest(): void {
    for (const { sequence, names } of this.#commits.splice(0, 1)) {
      this.#names -= names.length + 1;
      this.#floor = sequence;
    }
  }
}

function judgeName(name: string, basis: Basis, writes: Names): void {
  const folder = folderOf(name);
  const listed = basis.folders.has(folder);
  if (!listed && !basis.records.has(name) && !writes.has(name)) return;
  const shown = printable(name);
  const how = listed
    ? `a later commit changed ${shown} in the folder that the session listed`
    : "a later commit changed it";
  throw new ConflictError(`${shown}: ${how}; run the session again.`, { record: name });
}
