import { ConflictError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { folderOf } from "../names.ts";
import type { Basis } from "../storage.ts";
import { type Names, Touched } from "./touched.ts";

/** How many names of past commits are kept; sessions that began before them get a conflict. */
const LONGEST_MEMORY = 65_536;

/** Up to how many names of later commits a session is compared with one by one. */
const FEW_NAMES = 64;

/**
 * Which names each commit touched, back to a floor: sessions' reads are checked against them. Nothing is
 * known below the floor, and what is not known counts as a conflict.
 */
export class History {
  #commits: { readonly sequence: number; readonly names: readonly string[] }[] = [];
  /** How many of these, from the first on, are forgotten. */
  #forgotten = 0;
  #names = 0;
  #floor: number;
  /** The commits up to the sequence `#indexed`, and some that are forgotten; made when it is first needed. */
  #index = new Touched();
  #indexed = 0;

  /** Every commit after the sequence `floor` will be noted. */
  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Notes what a commit touched; sequences must come in order. */
  note(sequence: number, names: readonly string[]): void {
    this.#commits.push({ sequence, names });
    this.#names += names.length + 1;
    this.#forgetOldest();
    this.#dropForgotten();
  }

  /** Forgets everything up to a commit whose names are not known. */
  forgetUntil(floor: number): void {
    this.#commits = [];
    this.#forgotten = 0;
    this.#names = 0;
    this.#forgetIndex();
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
    const touched = earlier.find(basis, writes) ?? this.#find(basis, writes);
    if (touched !== undefined) throw conflictOver(touched, basis);
  }

  #find(basis: Basis, writes: Names): string | undefined {
    let left = FEW_NAMES;
    for (let i = this.#commits.length - 1; ; i--) {
      const commit = this.#commits[i];
      if (commit === undefined || commit.sequence <= basis.head) return undefined;
      left -= commit.names.length;
      if (left < 0) return this.#indexOfAll().find(basis, writes);
      const touched = commit.names.find((name) => concerns(name, basis, writes));
      if (touched !== undefined) return touched;
    }
  }

  /** Each commit is added once, whoever is judged. */
  #indexOfAll(): Touched {
    if (this.#index.size > 2 * LONGEST_MEMORY) this.#forgetIndex();
    const first = this.#commits.findLastIndex(({ sequence }) => sequence <= this.#indexed) + 1;
    for (const { sequence, names } of this.#commits.slice(first)) {
      this.#index.add(sequence, names);
      this.#indexed = sequence;
    }
    return this.#index;
  }

  #forgetIndex(): void {
    this.#index = new Touched();
    this.#indexed = 0;
  }

  #forgetOldest(): void {
    const newest = this.#commits.length - 1;
    let oldest = this.#commits[this.#forgotten];
    while (oldest !== undefined && this.#forgotten < newest && this.#names > LONGEST_MEMORY) {
      const { sequence, names } = oldest;
      this.#commits[this.#forgotten++] = { sequence, names: [] };
      this.#names -= names.length + 1;
      this.#floor = sequence;
      oldest = this.#commits[this.#forgotten];
    }
  }

  /** Many at a time: each removal from the front moves all that are left. */
  #dropForgotten(): void {
    if (this.#forgotten <= this.#commits.length / 2) return;
    this.#commits = this.#commits.slice(this.#forgotten);
    this.#forgotten = 0;
  }
}

function concerns(name: string, { folders, records }: Basis, writes: Names): boolean {
  return folders.has(folderOf(name)) || records.has(name) || writes.has(name);
}

function conflictOver(name: string, { folders }: Basis): ConflictError {
  const shown = printable(name);
  const how = folders.has(folderOf(name))
    ? `a later commit changed ${shown} in the folder that the session listed`
    : "a later commit changed it";
  return new ConflictError(`${shown}: ${how}; run the session again.`, { record: name });
}
