import type { BabaError } from "../errors.ts";
import { compareNames, folderOf } from "../storage/names.ts";
import type { Basis, Storage } from "../storage/storage.ts";

/** What a read of a record gives: its payload, nothing, or why it cannot be read. */
export type Payload = Uint8Array | BabaError | undefined;

/**
 * What one session sees: the stored records with the session's own pending changes over them. It
 * remembers what it was asked for since its first read, for the commit to judge.
 */
export class View {
  /** New payloads by name; `undefined` deletes. */
  readonly pending: Map<string, Uint8Array | undefined> = new Map();
  readonly #storage: () => Promise<Storage>;
  readonly #records = new Set<string>();
  readonly #folders = new Set<string>();
  #head: number | undefined;

  constructor(storage: () => Promise<Storage>) {
    this.#storage = storage;
  }

  /** The payload of each record, in order. */
  async read(names: readonly string[]): Promise<Payload[]> {
    const stored = names.filter((name) => !this.pending.has(name));
    const payloads = stored.length === 0 ? [] : await this.#readStored(stored);
    if (stored.length === names.length) return payloads;
    const byName = new Map(stored.map((name, i) => [name, payloads[i]]));
    return names.map((name) => (this.pending.has(name) ? this.pending.get(name) : byName.get(name)));
  }

  /** Whether there is a record of the name. */
  async has(name: string): Promise<boolean> {
    if (this.pending.has(name)) return this.pending.get(name) !== undefined;
    const storage = await this.#begun();
    this.#records.add(name);
    const [present = false] = await storage.exist([name]);
    return present;
  }

  /** The names of a folder's records, in order. */
  async list(folder: string): Promise<string[]> {
    const storage = await this.#begun();
    this.#folders.add(folder);
    const stored = await storage.list(folder);
    const changed = [...this.pending.keys()].filter((name) => folderOf(name) === folder);
    if (changed.length === 0) return stored;
    const names = new Set([...stored, ...changed]);
    return [...names].filter((name) => !this.pending.has(name) || this.pending.get(name)).sort(compareNames);
  }

  /** What was read since the last `refresh`; `undefined` where nothing was. */
  basis(): Basis | undefined {
    if (this.#head === undefined) return undefined;
    return { head: this.#head, records: new Set(this.#records), folders: new Set(this.#folders) };
  }

  /** Forgets what was read: the next read begins a new view. */
  refresh(): void {
    this.#head = undefined;
    this.#records.clear();
    this.#folders.clear();
  }

  async #readStored(names: readonly string[]): Promise<Payload[]> {
    const storage = await this.#begun();
    for (const name of names) this.#records.add(name);
    return storage.read(names);
  }

  /** The storage, after noting the state that the reads begin from. */
  async #begun(): Promise<Storage> {
    const storage = await this.#storage();
    this.#head ??= await storage.head();
    return storage;
  }
}
