import type { Breathe } from "../../runtime/event-loop.ts";
import type { JournalCommit } from "../journal/read-journal.ts";
import { NamesByFolder } from "../names-by-folder.ts";
import { inPieces } from "../pieces.ts";
import type { Placement } from "../records/placement.ts";
import type { Changes } from "../storage.ts";

type Commit = Pick<JournalCommit, "sequence" | "changes">;

const NOTHING: Changes = new Map();

/**
 * What the journal says of the record files: the newest payload of each name that is not in place yet, and
 * the names whose files are not yet known to be durable.
 */
export class Redo {
  /** The commits of which something may not be in place, in order. */
  #commits: Commit[] = [];
  /** The newest payload of each name in several commits; a single one is not copied. */
  #merged: Map<string, Uint8Array | undefined> | undefined;
  /** The names that are not in place, once somebody has asked for them. */
  #names: NamesByFolder | undefined;
  /** Names that are in place, and whether their newest change put a file there. */
  readonly #unsynced = new Map<string, boolean>();

  /** Adds a commit, newer than all before it. */
  note(commit: Commit): void {
    if (this.#commits.length > 0) this.#merge(commit);
    else this.#names = undefined;
    this.#commits.push(commit);
  }

  /** The state of a name that is not in place yet; `undefined` if its file is current. */
  get(name: string): { readonly payload: Uint8Array | undefined } | undefined {
    return this.#unplaced.has(name) ? { payload: this.#unplaced.get(name) } : undefined;
  }

  /** The names that are not in place. */
  get names(): NamesByFolder {
    this.#names ??= new NamesByFolder(this.#unplaced.keys());
    return this.#names;
  }

  /** What has to be put in place. */
  unplaced(): Iterable<Placement> {
    return this.#unplaced;
  }

  /** How many names wait to be put in place. */
  get size(): number {
    return this.#unplaced.size;
  }

  /** How many payload bytes wait to be put in place. */
  get bytes(): number {
    let bytes = 0;
    for (const payload of this.#unplaced.values()) bytes += payload?.length ?? 0;
    return bytes;
  }

  /** Every commit up to this one is in place. Yields between pieces of many names. */
  async notePlaced(sequence: number, breathe: Breathe): Promise<void> {
    const placed = this.#commits.filter((commit) => commit.sequence <= sequence);
    // Whoever follows a writer asks again and again: merging the rest anew takes as long as the rest is large.
    if (placed.length === 0) return;
    for (const { changes } of placed) {
      await inPieces(changes, breathe, (name, payload) => {
        this.#unsynced.set(name, payload !== undefined);
      });
    }
    // Only now: during a yield others may have noted a commit, if the write lock was taken by force.
    const later = this.#commits.filter((commit) => commit.sequence > sequence);
    this.#commits = [];
    this.#merged = undefined;
    this.#names = undefined;
    for (const commit of later) this.note(commit);
  }

  /** The names in place that were touched since the checkpoint, and whether each has a file. */
  unsynced(): ReadonlyMap<string, boolean> {
    return this.#unsynced;
  }

  /** A checkpoint has made everything durable. */
  noteSynced(): void {
    this.#unsynced.clear();
  }

  #merge({ changes }: Commit): void {
    const merged = this.#merged ?? new Map(this.#unplaced);
    changes.forEach((payload, name) => {
      if (!merged.has(name)) this.#names?.add(name);
      merged.set(name, payload);
    });
    this.#merged = merged;
  }

  get #unplaced(): Changes {
    return this.#merged ?? this.#commits[0]?.changes ?? NOTHING;
  }
}
