import type { EventLoop } from "../runtime/event-loop.ts";
import { compareNames } from "../storage/names.ts";
import { NamesByFolder } from "../storage/names-by-folder.ts";
import type { Basis, Changes, Content, Storage } from "../storage/storage.ts";

/**
 * What one session sees: the stored records, overlaid with its own pending changes. It remembers what was
 * read since it began, for the commit to validate.
 */
export class View {
  #pending = new Map<string, Uint8Array | undefined>();
  /** The names of the pending changes, once somebody has asked about a folder. */
  #changed: NamesByFolder | undefined;
  /** How often the session has begun a new view. */
  #generation = 0;
  readonly #storage: () => Promise<Storage>;
  readonly #loop: Pick<EventLoop, "breathe">;
  readonly #unsaved: Set<View>;
  readonly #records = new Set<string>();
  readonly #folders = new Set<string>();
  #head: number | undefined;
  #begun: Promise<Storage> | undefined;
  /** The storage, once the reads have begun. */
  #open: Storage | undefined;

  /** `unsaved`: the views that have pending changes; this one adds and removes itself. */
  constructor(storage: () => Promise<Storage>, loop: Pick<EventLoop, "breathe">, unsaved: Set<View>) {
    this.#storage = storage;
    this.#loop = loop;
    this.#unsaved = unsaved;
  }

  /** The pending changes: new payloads by name; `undefined` marks a deletion. */
  get pending(): Changes {
    return this.#pending;
  }

  /** Adds a pending change. */
  change(name: string, payload: Uint8Array | undefined): void {
    if (this.#changed !== undefined && !this.#pending.has(name)) this.#changed.add(name);
    this.#pending.set(name, payload);
    this.#unsaved.add(this);
  }

  /** Drops the pending changes. The map is replaced, not cleared, as a commit may still be using it. */
  discard(): void {
    this.#pending = new Map();
    this.#changed = undefined;
    this.#unsaved.delete(this);
  }

  /** {@link View.discard} and {@link View.refresh}: after a commit or a rollback. */
  reset(): void {
    this.discard();
    this.refresh();
  }

  /** Restores the changes of a failed commit. A copy, as the storage may keep the original. */
  restore(changes: Changes): void {
    this.#pending = new Map(changes);
    this.#changed = undefined;
  }

  /** The payload of one record; a promise only if it cannot be had synchronously. */
  get(name: string): Content | Promise<Content> {
    if (this.#pending.has(name)) return this.#pending.get(name);
    return this.#open === undefined ? this.#readFirst(name) : this.#read(this.#open, name);
  }

  /** Whether a record of this name exists. */
  async has(name: string): Promise<boolean> {
    if (this.#pending.has(name)) return this.#pending.get(name) !== undefined;
    const storage = await this.#begin();
    this.#records.add(name);
    const [present = false] = await storage.exist([name]);
    return present;
  }

  /** The sorted names of a folder's records; `own`: the session has pending changes in the folder. */
  async list(folder: string): Promise<{ readonly names: string[]; readonly own: boolean }> {
    const storage = await this.#begin();
    this.#folders.add(folder);
    const stored = await storage.list(folder);
    const changed = this.#changedIn(folder);
    if (changed.length === 0) return { names: stored, own: false };
    const all = new Set([...stored, ...changed]);
    const present = [...all].filter((name) => !this.#pending.has(name) || this.#pending.get(name));
    return { names: present.sort(compareNames), own: true };
  }

  /** The number of a folder's records. */
  async count(folder: string): Promise<number> {
    const storage = await this.#begin();
    this.#folders.add(folder);
    return this.hasChangesIn(folder) ? (await this.list(folder)).names.length : storage.count(folder);
  }

  /**
   * The payloads of records, in order; of only the first ones if the storage returns fewer. For folders that
   * were listed: their records need not be remembered one by one.
   */
  async read(names: readonly string[]): Promise<readonly Content[]> {
    const own = new Map<string, Content>();
    for (const name of this.#pending.size === 0 ? [] : names) {
      if (this.#pending.has(name)) own.set(name, this.#pending.get(name));
    }
    const storage = await this.#begin();
    if (own.size === 0) return storage.read(names);
    const stored = names.filter((name) => !own.has(name));
    const payloads = await storage.read(stored);
    for (const [i, payload] of payloads.entries()) own.set(stored[i] ?? "", payload);
    const next = stored[payloads.length];
    const read = next === undefined ? names : names.slice(0, names.indexOf(next));
    return read.map((name) => own.get(name));
  }

  /** Differs between states of the folder; `undefined` if nothing does, or if there are pending changes. */
  async stamp(folder: string): Promise<string | undefined> {
    if (this.hasChangesIn(folder)) return undefined;
    const storage = await this.#begin();
    this.#folders.add(folder);
    return storage.stamp(folder);
  }

  /** Whether the session has pending changes in the folder. */
  hasChangesIn(folder: string): boolean {
    return this.#pending.size > 0 && this.#changedIn(folder).length > 0;
  }

  /** Differs after each `refresh`: what was read before is not validated with what is read since. */
  get generation(): number {
    return this.#generation;
  }

  /** What was read since the last `refresh`; `undefined` if nothing was. */
  basis(): Basis | undefined {
    if (this.#head === undefined) return undefined;
    return { head: this.#head, records: new Set(this.#records), folders: new Set(this.#folders) };
  }

  /** Forgets what was read; the next read begins a new view. */
  refresh(): void {
    this.#generation++;
    this.#head = undefined;
    this.#begun = undefined;
    this.#open = undefined;
    this.#records.clear();
    this.#folders.clear();
  }

  /** A thousand reads may be waiting for the first to begin: yield to the event loop between them. */
  async #readFirst(name: string): Promise<Content> {
    const storage = await this.#begin();
    const pause = this.#loop.breathe();
    if (pause !== undefined) await pause;
    return this.#read(storage, name);
  }

  #read(storage: Storage, name: string): Content | Promise<Content> {
    this.#records.add(name);
    const read = storage.read([name]);
    return read instanceof Promise ? read.then(([payload]) => payload) : read[0];
  }

  #changedIn(folder: string): readonly string[] {
    this.#changed ??= new NamesByFolder(this.#pending.keys());
    return this.#changed.in(folder);
  }

  /** The storage, after noting the state that the reads start from; concurrent first reads share this. */
  #begin(): Promise<Storage> {
    if (this.#begun !== undefined) return this.#begun;
    const begun = this.#start();
    this.#begun = begun;
    begun.then(
      (storage) => {
        if (this.#begun === begun) this.#open = storage;
      },
      () => {
        if (this.#begun === begun) this.#begun = undefined;
      },
    );
    return begun;
  }

  async #start(): Promise<Storage> {
    const storage = await this.#storage();
    const head = await storage.head();
    // A read from before a refresh may end after it, so validate from the older of the two heads.
    this.#head = Math.min(this.#head ?? head, head);
    return storage;
  }
}
