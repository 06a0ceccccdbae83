import type { Schema } from "../model/index.ts";

/** A folder's records as they were read: their names in order, and the JSON text of each; and by whom all of them were. */
export type CachedFolder = Pick<FolderDraft, "names" | "texts" | "wasReadBy" | "noteReader">;

type Kept = { readonly stamp: string; readonly draft: FolderDraft };

/** Bytes of names and texts that a database keeps at most; a folder that has more is not kept. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Bytes by which it is judged whether a folder has more than that; and how many times more it must promise to be given up. */
const JUDGED_BYTES = 1024 * 1024;
const SURPLUS = 2;

/**
 * The texts of folders that were read as a whole, each for as long as its stamp stays. Texts, not
 * records: from a text each reader gets a record of its own, validated by its own schema; and what a
 * sealed store keeps here was opened already. Those that were not asked for the longest go first.
 */
export class FolderCache {
  readonly #folders = new Map<string, Kept>();
  #bytes = 0;
  #closed = false;

  /** What was kept of a folder under this very stamp. */
  find(folder: string, stamp: string): CachedFolder | undefined {
    const kept = this.#folders.get(folder);
    if (kept === undefined) return undefined;
    this.#drop(folder);
    if (kept.stamp !== stamp) return undefined;
    this.#put(folder, kept);
    return kept.draft;
  }

  /** Keeps a folder that was read as a whole while its stamp stayed. */
  keep(folder: string, stamp: string, draft: FolderDraft): void {
    this.#drop(folder);
    if (draft.spoiled || this.#closed) return;
    for (const oldest of this.#folders.keys()) {
      if (this.#bytes + draft.bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
    this.#put(folder, { stamp, draft });
  }

  /** Forgets everything, for good: reads that end later are not kept. */
  close(): void {
    this.#closed = true;
    this.#folders.clear();
    this.#bytes = 0;
  }

  #put(folder: string, kept: Kept): void {
    this.#folders.set(folder, kept);
    this.#bytes += kept.draft.bytes;
  }

  #drop(folder: string): void {
    this.#bytes -= this.#folders.get(folder)?.draft.bytes ?? 0;
    this.#folders.delete(folder);
  }
}

/** A folder on its way into the cache, while it is read. */
export class FolderDraft {
  readonly names: string[] = [];
  readonly texts: string[] = [];
  /** How many records the folder has. */
  readonly #records: number;
  readonly #readers = new WeakSet<Schema>();
  #bytes = 0;
  #spoiled = false;

  constructor(records: number) {
    this.#records = records;
  }

  /** Bytes of memory at most: a string has one or two a character. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it cannot be kept: a record has no text, or there is too much. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  /** Takes in the next records. */
  add(names: readonly string[], texts: readonly unknown[]): void {
    for (let i = 0; i < names.length && !this.#spoiled; i++) {
      const name = names[i] ?? "";
      const text = texts[i];
      if (typeof text !== "string") {
        this.spoil();
        return;
      }
      this.#bytes += 2 * (name.length + text.length);
      this.names.push(name);
      this.texts.push(text);
      if (this.#bytes > MOST_BYTES) this.spoil();
    }
    if (this.#promisesTooMuch()) this.spoil();
  }

  /** Whether this schema has read every record. */
  wasReadBy(reader: Schema | undefined): boolean {
    return reader !== undefined && this.#readers.has(reader);
  }

  /** Notes that this schema has read every record. */
  noteReader(reader: Schema | undefined): void {
    if (reader !== undefined) this.#readers.add(reader);
  }

  /** Whether there would be too much if all records were like those until now: what is not kept in the end costs memory until then. */
  #promisesTooMuch(): boolean {
    if (this.#bytes < JUDGED_BYTES) return false;
    return (this.#bytes / this.names.length) * this.#records > SURPLUS * MOST_BYTES;
  }

  /** Makes it one that cannot be kept. */
  spoil(): void {
    this.#spoiled = true;
    this.names.length = 0;
    this.texts.length = 0;
  }
}
