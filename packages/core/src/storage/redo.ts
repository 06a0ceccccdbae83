import type { Changes } from "./journal/changes.ts";
import type { JournalCommit } from "./journal/read-journal.ts";
import { inPieces, type Turn } from "./pieces.ts";
import type { Placement } from "./placement.ts";

type Commit = Pick<JournalCommit, "sequence" | "changes">;

const NOTHING: Changes = new Map();

/**
 * What the journal says of record files: the newest payload of each name that is not yet in its place,
 * and the names whose files are not yet known to be durable.
 */
export class Redo {
  /** In order, those of which something may not be in its place. */
  #commits: Commit[] = [];
  /** The newest payload of each name in them where they are several; one alone is not copied. */
  #merged: Map<string, Uint8Array | undefined> | undefined;
  /** Whether the newest change of the name put a file there; of what is in its place. */
  readonly #unsynced = new Map<string, boolean>();

  /** Takes in a commit, newer than all before it. */
  note(commit: Commit): void {
    if (this.#commits.length > 0) {
      const merged = this.#merged ?? new Map(this.#unplaced);
      commit.changes.forEach((payload, name) => {
        merged.set(name, payload);
      });
      this.#merged = merged;
    }
    this.#commits.push(commit);
  }

  /** The state of a name that is not in its place yet; `undefined` where the file tells. */
  get(name: string): { readonly payload: Uint8Array | undefined } | undefined {
    return this.#unplaced.has(name) ? { payload: this.#unplaced.get(name) } : undefined;
  }

  /** The names that are not in their places, each with whether there is a record. */
  *names(): Generator<readonly [name: string, exists: boolean]> {
    for (const [name, payload] of this.#unplaced) yield [name, payload !== undefined];
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

  /** Every commit up to this one is in its place. Between the pieces of many names others have their turn. */
  async placed(sequence: number, turn: Turn): Promise<void> {
    for (const { changes } of this.#commits.filter((commit) => commit.sequence <= sequence)) {
      await inPieces(changes, turn, (name, payload) => {
        this.#unsynced.set(name, payload !== undefined);
      });
    }
    // Only now, as others may have noted a commit in their turn: where the write lock was taken by force.
    const later = this.#commits.filter((commit) => commit.sequence > sequence);
    this.#commits = [];
    this.#merged = undefined;
    for (const commit of later) this.note(commit);
  }

  /** The names touched since the checkpoint by what is in its place, each with whether there is a file. */
  unsynced(): ReadonlyMap<string, boolean> {
    return this.#unsynced;
  }

  /** A checkpoint has made everything durable. */
  synced(): void {
    this.#unsynced.clear();
  }

  get #unplaced(): Changes {
    return this.#merged ?? this.#commits[0]?.changes ?? NOTHING;
  }
}
