import type { Schema } from "../model/index.ts";

/** A folder's records as read: their names in order, their JSON texts, and which schemas read them all. */
export type CachedFolder = Pick<FolderDraft, "names" | "texts" | "wasReadBy" | "noteReader">;

type Kept = { readonly stamp: string; readonly draft: FolderDraft };

/** The most bytes of names and texts that a database caches; a folder with more is not cached. */
const MOST_BYTES = 16 * 1024 * 1024;
/** From `JUDGED_BYTES` on, a folder projected to exceed `SURPLUS` times `MOST_BYTES` is given up. */
const JUDGED_BYTES = 1024 * 1024;
const SURPLUS = 2;
/** What a folder takes besides its names and texts: thousands of folders with a record or none are kept, too. */
const FOLDER_BYTES = 1024;

/**
 * The texts of folders that were read completely, each valid while the folder's stamp is unchanged. Texts
 * rather than records: each reader gets a record of its own, validated by its own schema. The texts of a
 * sealed store are already decrypted. The least recently used go first.
 */
export class FolderCache {
  readonly #folders = new Map<string, Kept>();
  #bytes = 0;
  #closed = false;

  /** The cached folder, if it has this stamp. */
  find(folder: string, stamp: string): CachedFolder | undefined {
    const kept = this.#folders.get(folder);
    if (kept === undefined) return undefined;
    this.#drop(folder);
    if (kept.stamp !== stamp) return undefined;
    this.#put(folder, kept);
    return kept.draft;
  }

  /** Caches a folder that was read completely while its stamp did not change. */
  keep(folder: string, stamp: string, draft: FolderDraft): void {
    this.#drop(folder);
    if (draft.spoiled || this.#closed) return;
    for (const oldest of this.#folders.keys()) {
      if (this.#bytes + draft.bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
    this.#put(folder, { stamp, draft });
  }

  /** Empties the cache for good: reads that end later are not cached. */
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

/** A folder being read, to be cached at the end. */
export class FolderDraft {
  readonly names: string[] = [];
  readonly texts: string[] = [];
  readonly #records: number;
  readonly #readers = new WeakSet<Schema>();
  #bytes = 0;
  #spoiled = false;

  constructor(records: number) {
    this.#records = records;
  }

  /** An upper bound of its memory in bytes: a string takes one or two per character. */
  get bytes(): number {
    return FOLDER_BYTES + this.#bytes;
  }

  /** Whether it cannot be cached, as a record has no text or it is too large. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  /** Adds the next records. */
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

  /** Records that this schema has read every record. */
  noteReader(reader: Schema | undefined): void {
    if (reader !== undefined) this.#readers.add(reader);
  }

  /** Whether it would become too large at this rate: what is not cached in the end should not fill memory. */
  #promisesTooMuch(): boolean {
    if (this.#bytes < JUDGED_BYTES) return false;
    return (this.#bytes / this.names.length) * this.#records > SURPLUS * MOST_BYTES;
  }

  /** Marks it as not cacheable and frees its memory. */
  spoil(): void {
    this.#spoiled = true;
    this.names.length = 0;
    this.texts.length = 0;
  }
}
