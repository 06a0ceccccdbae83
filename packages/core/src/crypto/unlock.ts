import { hexadecimal } from "../bytes.ts";
import { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { KEY_FILE } from "../storage/layout.ts";
import type { Crypto } from "./crypto.ts";
import {
  checkedForNew,
  createKeyFile,
  type FileLock,
  isFileLock,
  lockKeyring,
  readKeyFile,
  recipientsOf,
  replaceKeyFile,
  unlockKeyring,
} from "./key-file.ts";
import { Keyring } from "./keyring.ts";
import type { Lock } from "./lock.ts";
import { otherKeyring, pinnedButMissing } from "./refusals.ts";
import { keysOfKeyring, keysOfRawKey, type StoreKeys } from "./store-keys.ts";
import { checkSuccession } from "./succession.ts";

/**
 * The result of opening a lock: a plain store; a store without a key file, for which one is to be made (or
 * which is refused if it holds sealed records); or a sealed store with its keys.
 */
export type Unlocked =
  | { readonly state: "plain" }
  | { readonly state: "new"; readonly lock: FileLock }
  | OpenedKeys;

/** The keys of a sealed store, and their keyring; there is none with a raw key. */
export type OpenedKeys = {
  readonly state: "sealed";
  readonly keys: StoreKeys;
  readonly keyring: Keyring | undefined;
};

/**
 * Opens a store's lock.
 *
 * @param file the key file's bytes; `undefined` if there is none
 * @throws `BABA_SEALED` if there is a key file and no key was given; `BABA_KEYRING` if it cannot be used, or
 * there is none although a fingerprint was pinned; `BABA_OPTION` if a new store's recipients do not include
 * oneself; `BABA_KEY_WRONG`, `BABA_FORMAT`; `BABA_IO` if there is too little memory for a passphrase
 * @example
 * ```ts
 * import { nobleCrypto, unlock } from "@baba/core/crypto";
 * const lock = { kind: "key", key: new Uint8Array(32).fill(1) } as const;
 * console.log((await unlock(nobleCrypto, undefined, lock)).state); // sealed
 * console.log((await unlock(nobleCrypto, undefined, { kind: "none" })).state); // plain
 * ```
 */
export async function unlock(crypto: Crypto, file: Uint8Array | undefined, lock: Lock): Promise<Unlocked> {
  if (file === undefined) return unlockWithoutFile(crypto, lock);
  if (lock.kind === "none") throw sealedByKeyFile();
  if (lock.kind === "key") throw keyBesideKeyFile();
  return openedKeys(crypto, await unlockKeyring(crypto, file, lock));
}

async function unlockWithoutFile(crypto: Crypto, lock: Lock): Promise<Unlocked> {
  if (lock.kind === "none") return { state: "plain" };
  if (lock.kind === "key")
    return { state: "sealed", keys: keysOfRawKey(crypto, lock.key), keyring: undefined };
  if (lock.kind === "identity" && lock.fingerprint !== undefined) throw pinnedButMissing();
  return { state: "new", lock: await checkedForNew(lock) };
}

function sealedByKeyFile(): BabaError {
  return new BabaError(
    "BABA_SEALED",
    `This store is sealed (${KEY_FILE}): open it with the option passphrase or identity.`,
  );
}

function keyBesideKeyFile(): BabaError {
  return new BabaError(
    "BABA_KEY_WRONG",
    `This store has a key file (${KEY_FILE}): give the option passphrase or identity instead of key.`,
  );
}

/** What {@link createLock} needs besides the lock. */
export type LockedStore = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the folder holds plain records to be sealed. */
  readonly converting: boolean;
};

/**
 * Makes a new store's key file durably and returns its keys. If another process made one first, opens that.
 * The caller holds the write lock, and has checked that the folder holds no sealed record.
 *
 * @throws `BABA_OPTION` if the recipients do not include oneself; and the errors of {@link unlock}
 * @example
 * ```ts
 * import { generateIdentity, memoryFileSystem } from "@baba/core";
 * import { createLock, type IdentityLock, nobleCrypto } from "@baba/core/crypto";
 * const identities = [await generateIdentity()];
 * const lock: IdentityLock = { kind: "identity", identities, recipients: undefined, fingerprint: undefined };
 * const [files, now] = [memoryFileSystem(), Date.now()];
 * const { keyring } = await createLock(nobleCrypto, files, lock, { now, converting: false });
 * console.log(keyring?.recipients.length); // 1
 * ```
 */
export async function createLock(
  crypto: Crypto,
  files: FileSystem,
  lock: FileLock,
  store: LockedStore,
): Promise<OpenedKeys> {
  if (lock.kind === "identity" && lock.fingerprint !== undefined) throw pinnedButMissing();
  const recipients =
    lock.kind === "passphrase" ? [] : (lock.recipients ?? (await recipientsOf(lock.identities)));
  const keyring = Keyring.create(crypto, { recipients, converting: store.converting, now: store.now });
  if (await tryToCreate(crypto, files, keyring, lock)) return openedKeys(crypto, keyring);
  const file = await readKeyFile(files);
  if (file === undefined)
    throw new BabaError(
      "BABA_KEYRING",
      `${KEY_FILE} was removed while the store was being opened: open it again.`,
    );
  return openedKeys(crypto, await unlockKeyring(crypto, file, lock));
}

/** The content of a key file that replaces another one. */
export type NextLock = {
  readonly keyring: Keyring;
  readonly lock: FileLock;
  /** Called directly before the new file takes the place of the old one; if it fails, nothing is replaced. */
  readonly mustHold?: () => Promise<void>;
};

/**
 * Replaces the key file durably by one with another keyring or lock; no record is touched. The caller holds
 * the write lock.
 *
 * @throws `BABA_OPTION` if the recipients do not include oneself; and what `mustHold` throws
 * @example
 * ```ts
 * import { generateIdentity, memoryFileSystem } from "@baba/core";
 * import { createLock, type IdentityLock, nobleCrypto, rewriteLock } from "@baba/core/crypto";
 * const identities = [await generateIdentity()];
 * const lock: IdentityLock = { kind: "identity", identities, recipients: undefined, fingerprint: undefined };
 * const [files, now] = [memoryFileSystem(), Date.now()];
 * const { keyring } = await createLock(nobleCrypto, files, lock, { now, converting: false });
 * const next = keyring?.rotated(nobleCrypto, now);
 * if (next !== undefined) await rewriteLock(nobleCrypto, files, { keyring: next, lock });
 * ```
 */
export async function rewriteLock(
  crypto: Crypto,
  files: FileSystem,
  { keyring, lock, mustHold = async () => {} }: NextLock,
): Promise<void> {
  await replaceKeyFile(files, tokenOf(crypto), await lockKeyring(crypto, keyring, lock), mustHold);
}

/** Makes the key file unless there is one; returns whether it did. If not, the keyring is wiped. */
async function tryToCreate(
  crypto: Crypto,
  files: FileSystem,
  keyring: Keyring,
  lock: FileLock,
): Promise<boolean> {
  let created = false;
  try {
    created = await createKeyFile(files, tokenOf(crypto), await lockKeyring(crypto, keyring, lock));
    return created;
  } finally {
    if (!created) keyring.wipe();
  }
}

/** The opened keys of a keyring. */
export function openedKeys(crypto: Crypto, keyring: Keyring): OpenedKeys {
  return { state: "sealed", keys: keysOfKeyring(crypto, keyring), keyring };
}

/**
 * Opens a key file that has changed; what was opened is wiped if it is no successor.
 *
 * @param past called once the file is open: what this process has had open, newest last, `undefined` for
 * nothing
 * @throws `BABA_KEYRING` if it is no successor of these; and the errors of {@link unlock}
 */
export async function unlockSuccessor(
  crypto: Crypto,
  file: Uint8Array,
  lock: Lock,
  past: () => readonly (OpenedKeys | undefined)[],
): Promise<OpenedKeys> {
  const unlocked = await unlock(crypto, file, lock);
  if (unlocked.state !== "sealed" || unlocked.keyring === undefined) throw otherKeyring();
  try {
    const keyrings = past().map((opened) => opened?.keyring);
    checkSuccession(crypto, unlocked.keyring, keyrings);
    return unlocked;
  } catch (error) {
    wipeKeys(unlocked);
    throw error;
  }
}

/**
 * Shares keys that were opened before with those that come after them, and are not in use yet. Returns whether the
 * earlier ones may be let go, as the later ones have all of their keys; of their keyring nothing is left then.
 */
export function takesOver(later: OpenedKeys, earlier: OpenedKeys): boolean {
  const hasAll = later.keys.share(earlier.keys);
  if (hasAll) earlier.keyring?.wipe(later.keyring);
  return hasAll;
}

/** Overwrites the keys of a store, and those of its keyring. */
export function wipeKeys({ keys, keyring }: OpenedKeys): void {
  keys.wipe();
  keyring?.wipe();
}

/** A unique text. */
function tokenOf(crypto: Crypto): string {
  return hexadecimal(crypto.random(8));
}

/** The lock of a key file, with another passphrase if given; `undefined` if it has no such lock. */
export function fileLock(lock: Lock, passphrase: string | undefined): FileLock | undefined {
  if (!isFileLock(lock)) return undefined;
  if (passphrase === undefined) return lock;
  return lock.kind === "passphrase" ? { kind: "passphrase", passphrase } : undefined;
}

/** The same lock for a changed keyring: a pinned fingerprint becomes that of the new one. */
export function pinnedTo(lock: FileLock, fingerprint: string): FileLock {
  if (lock.kind !== "identity" || lock.fingerprint === undefined) return lock;
  return { ...lock, fingerprint };
}
