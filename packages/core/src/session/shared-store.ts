import type { Lock } from "../crypto/lock.ts";
import type { Vault } from "../crypto/vault.ts";
import { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { printableSentence } from "../log/describe-error.ts";
import type { Log } from "../log/log.ts";
import type { FileStorage } from "../storage/file-storage.ts";
import { ioError } from "../storage/io-error.ts";
import type { Storage } from "../storage/storage.ts";

/** A folder's storage and its keys. */
export type Store = { readonly storage: FileStorage; readonly vault: Vault };

/** A share in an opened store: `storage.close()` gives it up. */
export type OpenedStore = { readonly storage: Storage; readonly store: Store };

/** One store for all databases of a process that are open on one folder, and the log of each of them. */
type Shared = Store & { readonly opened: Promise<void>; readonly logs: Log[] };
/** Makes a store, which reports what no caller can be told. */
type Create = (report: (message: string) => void) => Store;

/** The stores that are open in this process, by the identity of their folder. */
export class SharedStores {
  readonly #byIdentity = new Map<string, Shared>();

  /**
   * Opens the folder's store, or joins those who have it open; closed with the last of them. What it reports is an error in
   * the log of each.
   *
   * @throws `BABA_KEY_WRONG`, `BABA_SEALED` where they have opened it with another key, or it alone with one; `BABA_KEYRING`
   * where their keyring is not the one that is pinned, or there is none yet; `BABA_PERMISSION`, `BABA_NOT_A_FOLDER`,
   * `BABA_NAME`, `BABA_IO` where the directory cannot be reached
   */
  async open(files: FileSystem, lock: Lock, log: Log, create: Create): Promise<OpenedStore> {
    const identity = await identityOf(files);
    const joined = this.#byIdentity.get(identity);
    const shared = joined ?? this.#start(identity, create);
    shared.logs.push(log);
    try {
      await shared.opened;
    } catch (error) {
      if (this.#byIdentity.get(identity) === shared) this.#byIdentity.delete(identity);
      await this.#leave(identity, shared, log);
      // Another's wrong key is not this one's.
      if (joined !== undefined && !shared.vault.isOpenedBy(lock)) return this.open(files, lock, log, create);
      throw error;
    }
    try {
      await mustMatch(shared.vault, lock);
      return { storage: leased(shared.storage, () => this.#leave(identity, shared, log)), store: shared };
    } catch (error) {
      await this.#leave(identity, shared, log);
      throw error;
    }
  }

  #start(identity: string, create: Create): Shared {
    const logs: Log[] = [];
    const store = create((message) => {
      for (const log of logs) log.error(printableSentence(message));
    });
    const shared: Shared = { ...store, opened: store.storage.open(), logs };
    shared.opened.catch(() => undefined);
    this.#byIdentity.set(identity, shared);
    return shared;
  }

  async #leave(identity: string, shared: Shared, log: Log): Promise<void> {
    const { logs } = shared;
    // The last one is told of what happens at the close.
    if (logs.length > 1) return void logs.splice(logs.indexOf(log), 1);
    if (this.#byIdentity.get(identity) === shared) this.#byIdentity.delete(identity);
    await shared.opened.catch(() => undefined);
    await shared.storage.close();
  }
}

function identityOf(files: FileSystem): Promise<string> {
  return files.identity().catch((error: unknown) => {
    throw ioError(error, ".", "open the directory");
  });
}

/** What one of them has pinned holds for all, as they have one keyring. */
async function mustMatch(vault: Vault, lock: Lock): Promise<void> {
  if (!vault.isOpenedBy(lock)) throw openedOtherwise(lock);
  if (lock.kind === "identity" && lock.fingerprint !== undefined) await vault.pin(lock.fingerprint);
}

function openedOtherwise(lock: Lock): BabaError {
  return new BabaError(
    lock.kind === "none" ? "BABA_SEALED" : "BABA_KEY_WRONG",
    "This process has the directory open already, with another key or without one: open every database of a directory in the " +
      "same way, or close the other first.",
  );
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
    count: (folder) => storage.count(folder),
    stamp: (folder) => storage.stamp(folder),
    commit: (transaction) => storage.commit(transaction),
    hold: () => storage.hold(),
    forceUnlock: () => storage.forceUnlock(),
    close: () => {
      left ??= leave();
      return left;
    },
  };
}
