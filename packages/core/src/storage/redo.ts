import type { JournalCommit } from "./journal/read-journal.ts";
import type { Placement } from "./placement.ts";

/**
 * What the journal says of record files: the newest payload of each name that is not yet in its place,
 * and the names whose files are not yet known to be durable.
 */
export class Redo {
  readonly #unplaced = new Map<
    string,
    { readonly sequence: number; readonly payload: Uint8Array | undefined }
  >();
  /** Whether the newest change of the name put a file there. */
  readonly #unsynced = new Map<string, boolean>();
  #bytes = 0;

  /** Takes in a commit, newer than all before it. */
  note({ sequence, changes }: Pick<JournalCommit, "sequence" | "changes">): void {
    for (const [name, payload] of changes) {
      this.#forget(name);
      this.#unplaced.set(name, { sequence, payload });
      this.#bytes += payload?.length ?? 0;
      this.#unsynced.set(name, payload !== undefined);
    }
  }

  /** The state of a name that is not in its place yet; `undefined` where the file tells. */
  get(name: string): { readonly payload: Uint8Array | undefined } | undefined {
    return this.#unplaced.get(name);
  }

  /** The names that are not in their places, each with whether there is a record. */
  *names(): Generator<readonly [name: string, exists: boolean]> {
    for (const [name, { payload }] of this.#unplaced) yield [name, payload !== undefined];
  }

  /** What has to be put in place. */
  *unplaced(): Generator<Placement> {
    for (const [name, { payload }] of this.#unplaced) yield [name, payload];
  }

  /** How many names wait to be put in place. */
  get size(): number {
    return this.#unplaced.size;
  }

  /** How many payload bytes wait to be put in place. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Every commit up to this one is in its place. */
  placed(sequence: number): void {
    for (const [name, entry] of this.#unplaced) if (entry.sequence <= sequence) this.#forget(name);
  }

  /** The names touched since the checkpoint, each with whether there is a file. */
  unsynced(): ReadonlyMap<string, boolean> {
    return this.#unsynced;
  }

  /** A checkpoint has made everything durable. */
  synced(): void {
    this.#unsynced.clear();
  }

  #forget(name: string): void {
    const entry = this.#unplaced.get(name);
    if (entry === undefined) return;
    this.#bytes -= entry.payload?.length ?? 0;
    this.#unplaced.delete(name);
  }
}
