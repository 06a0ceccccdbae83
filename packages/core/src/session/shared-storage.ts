import type { FileSystem } from "../file-system/file-system.ts";
import type { Storage } from "../storage/storage.ts";

/** One storage for all databases of a process that are open on one folder. */
type Shared = { readonly storage: Promise<Storage>; users: number };

/** The storages that are open in this process, by the identity of their folder. */
export class SharedStorages {
  readonly #byIdentity = new Map<string, Shared>();

  /** Opens the folder's storage, or joins those who have it open; closed with the last of them. */
  async open(files: FileSystem, create: () => Storage): Promise<Storage> {
    const identity = await files.identity();
    const shared = this.#byIdentity.get(identity) ?? this.#start(identity, create);
    shared.users++;
    try {
      return leased(await shared.storage, () => this.#leave(identity, shared));
    } catch (error) {
      await this.#leave(identity, shared);
      throw error;
    }
  }

  #start(identity: string, create: () => Storage): Shared {
    const storage = create();
    const shared: Shared = { storage: storage.open().then(() => storage), users: 0 };
    shared.storage.catch(() => undefined);
    this.#byIdentity.set(identity, shared);
    return shared;
  }

  async #leave(identity: string, shared: Shared): Promise<void> {
    shared.users--;
    if (shared.users > 0) return;
    if (this.#byIdentity.get(identity) === shared) this.#byIdentity.delete(identity);
    const storage = await shared.storage.catch(() => undefined);
    await storage?.close();
  }
}

/** The same storage, of which `close` gives up one user's share, once. */
function leased(storage: Storage, leave: () => Promise<void>): Storage {
  let left: Promise<void> | undefined;
  return {
    open: () => storage.open(),
    head: () => storage.head(),
    read: (names) => storage.read(names),
    exist: (names) => storage.exist(names),
    list: (folder) => storage.list(folder),
    commit: (transaction) => storage.commit(transaction),
    hold: () => storage.hold(),
    forceUnlock: () => storage.forceUnlock(),
    close: () => {
      left ??= leave();
      return left;
    },
  };
}
