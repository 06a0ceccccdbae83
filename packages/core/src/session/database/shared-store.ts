import type { Lock } from "../../crypto/lock.ts";
import type { Vault } from "../../crypto/vault.ts";
import { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Log } from "../../log/log.ts";
import type { FileStorage } from "../../storage/file-storage.ts";
import { directoryError } from "../../storage/io-error.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Audience } from "./audience.ts";

/** A folder's storage and its keys. */
export type Store = { readonly storage: FileStorage; readonly vault: Vault };

/** A share in an opened store: `storage.close()` gives it up. */
export type OpenedStore = { readonly storage: Storage; readonly store: Store };

/** A folder's files, and the store that is made over them if the folder is not open yet. */
export type Candidate = {
  /** The directory's absolute path, for messages. */
  readonly directory: string;
  readonly files: FileSystem;
  readonly audience: Audience;
  create(): Store;
};

/** The one store of all databases of a process that are open on a folder. */
type Shared = Store & { readonly opened: Promise<void>; readonly audience: Audience };

/** The stores open in this process, by folder identity. */
export class SharedStores {
  readonly #byIdentity = new Map<string, Shared>();

  /**
   * Opens the folder's store, or shares one that is already open and has not stopped; it is closed with its
   * last user. The candidate's audience is that of `log`, which joins the other's if there is one.
   *
   * @throws `BABA_KEY_WRONG`, `BABA_SEALED` if it is already open with another key, or only one of the two
   * has a key; `BABA_KEYRING` if its keyring does not have the pinned fingerprint, or does not exist yet;
   * `BABA_PERMISSION`, `BABA_NOT_A_FOLDER`, `BABA_NAME`, `BABA_IO` if the directory cannot be reached
   */
  async open(candidate: Candidate, lock: Lock, log: Log): Promise<OpenedStore> {
    const identity = await identityOf(candidate);
    await this.#forgetStopped(identity);
    const joined = this.#byIdentity.get(identity);
    joined?.audience.join(log);
    const shared = joined ?? this.#start(identity, candidate);
    const leave = () => this.#leave(identity, shared, log);
    try {
      await shared.opened;
    } catch (error) {
      this.#forget(identity, shared);
      await leave();
      // The failure may be due to another user's wrong key.
      if (joined !== undefined && !shared.vault.isOpenedBy(lock)) return this.open(candidate, lock, log);
      throw error;
    }
    await mustMatch(shared.vault, lock).catch((error: unknown) => leave().then(() => Promise.reject(error)));
    return { storage: leased(shared.storage, leave), store: shared };
  }

  /**
   * A store that has stopped is left to those that have it, or opening a database again would change nothing.
   */
  async #forgetStopped(identity: string): Promise<void> {
    const shared = this.#byIdentity.get(identity);
    if (shared !== undefined && (await shared.storage.hasStopped())) this.#forget(identity, shared);
  }

  /** Lets the next database start another store, unless that has happened. */
  #forget(identity: string, shared: Shared): void {
    if (this.#byIdentity.get(identity) === shared) this.#byIdentity.delete(identity);
  }

  #start(identity: string, { audience, create }: Candidate): Shared {
    const store = create();
    const shared: Shared = { ...store, opened: store.storage.open(), audience };
    shared.opened.catch(() => undefined);
    this.#byIdentity.set(identity, shared);
    return shared;
  }

  async #leave(identity: string, shared: Shared, log: Log): Promise<void> {
    if (shared.audience.hasOthers) {
      // Whoever closes a database may look for its files.
      await shared.storage.settled();
      if (shared.audience.leave(log)) return;
    }
    this.#forget(identity, shared);
    await shared.storage.close();
  }
}

function identityOf({ files, directory }: Candidate): Promise<string> {
  return files.identity().catch((error: unknown) => {
    throw directoryError(error, directory);
  });
}

/** A fingerprint pinned by one user applies to all, as they share the keyring. */
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

/** The same storage, but `close()` only releases one user's share, once. */
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
