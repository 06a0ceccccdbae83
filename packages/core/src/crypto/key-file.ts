import type { Identity, Stanza } from "age-encryption";
import { BabaError, optionError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { ioError } from "../storage/io-error.ts";
import { KEY_FILE, STORE_FOLDER, TEMPORARY_FOLDER } from "../storage/layout.ts";
import { rewriteFolders } from "../storage/rewrite-folders.ts";
import { loadAge } from "./age.ts";
import { passphraseIdentity, passphraseRecipient, WORK_FACTOR } from "./age-passphrase.ts";
import type { Crypto } from "./crypto.ts";
import { damagedKeyFile, Keyring } from "./keyring.ts";
import { type IdentityLock, type Lock, MOST_RECIPIENTS } from "./lock.ts";
import { notThePinned } from "./refusals.ts";

const LARGEST_FILE = 1024 * 1024;
/** More bytes than a key file with few recipients has; every runtime reads this many cheaply. */
const SHORT_FILE = 64 * 1024;
/** The most attempts per file to open a stanza with an identity: 1,000 recipients with ten identities. */
const MOST_TRIALS = 10_000;
const BINARY = "age-encryption.org/";
const ascii = new TextEncoder();
const text = new TextDecoder();

/** The kinds of lock that a key file can have. */
export type FileLock = { readonly kind: "passphrase"; readonly passphrase: string } | IdentityLock;

/** Whether a lock is that of a key file. */
export function isFileLock(lock: Lock): lock is FileLock {
  return lock.kind === "passphrase" || lock.kind === "identity";
}

/**
 * Makes a key file: the keyring, locked by the passphrase or for its recipients, in age's armor. The
 * identities of an {@link IdentityLock} are only needed to make sure that they can open the file again.
 *
 * @param workFactor of scrypt, for tests that open many files
 * @throws `BABA_OPTION` if none of the identities belongs to a recipient, or a recipient is a weak X25519
 * point
 */
export async function lockKeyring(
  crypto: Crypto,
  keyring: Keyring,
  lock: FileLock,
  workFactor: number = WORK_FACTOR,
): Promise<Uint8Array> {
  const { armor, Encrypter } = await loadAge();
  const encrypter = new Encrypter();
  if (lock.kind === "passphrase") {
    if (keyring.recipients.length > 0)
      throw optionError("A store has one kind of lock: this one has recipients.");
    encrypter.addRecipient(passphraseRecipient(crypto, lock.passphrase, workFactor));
  } else {
    await mustBeAmong(keyring.recipients, lock.identities);
    for (const recipient of keyring.recipients) encrypter.addRecipient(recipient);
  }
  const payload = keyring.serialize();
  try {
    return ascii.encode(armor.encode(await encrypter.encrypt(payload)));
  } catch (error) {
    throw error instanceof BabaError || lock.kind === "passphrase" ? error : weakRecipient(error);
  } finally {
    payload.fill(0);
  }
}

/**
 * Opens a key file, armored or not.
 *
 * @throws `BABA_KEY_WRONG` if the lock does not open it; `BABA_KEYRING` if it is damaged, asks for too much
 * work or does not have the pinned fingerprint; `BABA_FORMAT` if a newer version made it; `BABA_IO` if there
 * is too little memory to derive a key from the passphrase
 */
export async function unlockKeyring(crypto: Crypto, file: Uint8Array, lock: FileLock): Promise<Keyring> {
  if (file.length > LARGEST_FILE) throw damagedKeyFile("it is larger than 1 MiB");
  const payload = await decrypt(await binaryOf(file), lock, crypto);
  const keyring = parsedKeyring(payload);
  try {
    mustFit(crypto, keyring, lock);
    return keyring;
  } catch (error) {
    keyring.wipe();
    throw error;
  }
}

function parsedKeyring(payload: Uint8Array): Keyring {
  try {
    return Keyring.parse(payload);
  } finally {
    payload.fill(0);
  }
}

function mustFit(crypto: Crypto, keyring: Keyring, lock: FileLock): void {
  if (lock.kind === "passphrase") {
    if (keyring.recipients.length > 0)
      throw damagedKeyFile("it is locked by a passphrase but has recipients");
    return;
  }
  if (keyring.recipients.length === 0)
    throw damagedKeyFile("it is locked for identities but has no recipients");
  if (lock.fingerprint !== undefined && lock.fingerprint !== keyring.fingerprint(crypto))
    throw notThePinned();
}

/** The recipients of identities. */
export async function recipientsOf(identities: readonly string[]): Promise<string[]> {
  const { identityToRecipient } = await loadAge();
  const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  return [...new Set(recipients)];
}

/** The key file's bytes; `undefined` if there is none. Of one that is too large, only enough to tell that. */
export async function readKeyFile(files: FileSystem): Promise<Uint8Array | undefined> {
  try {
    const short = await files.readRange(KEY_FILE, 0, SHORT_FILE);
    if (short === undefined || short.length < SHORT_FILE) return short;
    // From the start again, as it may have been replaced meanwhile.
    return await files.readRange(KEY_FILE, 0, LARGEST_FILE + 1);
  } catch (error) {
    throw ioError(error, KEY_FILE, "read");
  }
}

/**
 * Creates a store's first key file, durably. Returns `false` and does nothing if there already is one: a
 * store that believes itself new must never overwrite a key file.
 *
 * @param token a unique text, for the name of the temporary file
 */
export async function createKeyFile(files: FileSystem, token: string, bytes: Uint8Array): Promise<boolean> {
  return throughTemporary(files, token, bytes, async (temporary) => {
    const created = await files.link(temporary, KEY_FILE);
    await files.syncFolders([STORE_FOLDER]);
    return created;
  });
}

/**
 * Makes sure that the existing key file survives a power cut: whoever put it there may have died before
 * syncing its folder, or the sync may have failed, and without it everything sealed from now on is lost.
 *
 * @throws `BABA_KEYRING` if it is no longer there; `BABA_IO` and the like
 */
export async function assureKeyFile(files: FileSystem): Promise<void> {
  try {
    await rewriteFolders(files, [STORE_FOLDER], KEY_FILE);
    await files.syncFolders([STORE_FOLDER]);
  } catch (error) {
    const [folder, file] = await files.kinds([STORE_FOLDER, KEY_FILE]).catch(() => []);
    throw folder === "folder" && file === undefined ? keyFileGone(error) : ioError(error, KEY_FILE, "sync");
  }
}

/** This process may be the last that has the keys. */
function keyFileGone(cause: unknown): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE} was removed while the store was open. Nothing was changed. Put it back from a backup; if there is none, copy the records ` +
      "into another store before you close the database, since nobody can read them after that.",
    { record: KEY_FILE, cause },
  );
}

/** Replaces the key file atomically and durably: after a crash, the old or the new one is there, whole. */
export async function replaceKeyFile(
  files: FileSystem,
  token: string,
  bytes: Uint8Array,
  mustHold: () => Promise<void>,
): Promise<void> {
  await throughTemporary(files, token, bytes, async (temporary) => {
    await mustHold();
    await files.rename([{ from: temporary, to: KEY_FILE }]).catch(async (error: unknown) => {
      // Whoever has taken the lock by force since the look at it has removed the temporary file.
      await mustHold();
      throw error;
    });
    await files.syncFolders([STORE_FOLDER]);
  });
}

async function throughTemporary<T>(
  files: FileSystem,
  token: string,
  bytes: Uint8Array,
  place: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = `${TEMPORARY_FOLDER}/${token}-key`;
  try {
    const made = await files.makeFolder(TEMPORARY_FOLDER);
    if (made.length > 0) await files.syncFolders([".", STORE_FOLDER]);
    await files.create([{ path: temporary, bytes }]);
    await files.sync([temporary]);
    return await place(temporary);
  } catch (error) {
    throw ioError(error, KEY_FILE, "write");
  } finally {
    await files.remove([temporary]).catch(() => undefined);
  }
}

/** The lock of a store that is still to be made. @throws `BABA_OPTION` if it would lock its maker out */
export async function checkedForNew(lock: FileLock): Promise<FileLock> {
  if (lock.kind === "identity" && lock.recipients !== undefined)
    await mustBeAmong(lock.recipients, lock.identities);
  return lock;
}

async function mustBeAmong(recipients: readonly string[], identities: readonly string[]): Promise<void> {
  const own = await recipientsOf(identities);
  if (own.some((recipient) => recipients.includes(recipient))) return;
  throw optionError(
    "None of the given identities would be among the recipients, so they could not open the store: include the recipient of one " +
      "of them, or, to remove it from a store, open it with the identity of another recipient first.",
  );
}

/** For a well-formed recipient that is one of the few points for which every shared secret is zero. */
function weakRecipient(cause: unknown): BabaError {
  return optionError(
    "One of the recipients is not a usable public key: remove it, and ask whoever gave it to make a new identity. " +
      "Nothing was changed.",
    { cause },
  );
}

async function binaryOf(file: Uint8Array): Promise<Uint8Array> {
  if (text.decode(file.subarray(0, BINARY.length)) === BINARY) return file;
  const { armor } = await loadAge();
  try {
    return armor.decode(text.decode(file));
  } catch {
    throw damagedKeyFile("it is not an age file");
  }
}

async function decrypt(file: Uint8Array, lock: FileLock, crypto: Crypto): Promise<Uint8Array> {
  const { Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  decrypter.addIdentity(gate(lock));
  if (lock.kind === "passphrase") decrypter.addIdentity(passphraseIdentity(crypto, lock.passphrase));
  else for (const identity of lock.identities) decrypter.addIdentity(identity);
  decrypter.addIdentity({
    unwrapFileKey: () => {
      throw wrongKey(lock);
    },
  });
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    if (error instanceof BabaError) throw error;
    throw damagedKeyFile(
      error instanceof Error && error.message !== "" ? `${error.message} (age)` : "it is damaged",
      error,
    );
  }
}

/** An identity that opens nothing: it refuses up front what the lock cannot open or takes too long. */
function gate(lock: FileLock): Identity {
  return {
    unwrapFileKey(stanzas: readonly Stanza[]) {
      if (stanzas.length > MOST_RECIPIENTS)
        throw damagedKeyFile(`it has more than ${MOST_RECIPIENTS} recipients`);
      if (lock.kind === "identity") mustBeFew(stanzas, lock.identities.length);
      const locked = stanzas.some(({ args }) => args[0] === "scrypt") ? "passphrase" : "identity";
      if (locked === lock.kind) return null;
      throw new BabaError(
        "BABA_KEY_WRONG",
        `The option ${lock.kind} does not open this store: give the option ${locked}.`,
      );
    },
  };
}

function mustBeFew(stanzas: readonly Stanza[], identities: number): void {
  const recipients = stanzas.filter(({ args }) => args[0] === "X25519").length;
  if (recipients * identities <= MOST_TRIALS) return;
  throw new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE} has ${recipients} recipients, and trying ${identities} identities on each would take too long: give at most ` +
      `${Math.floor(MOST_TRIALS / recipients)} identities. Nothing was changed.`,
    { record: KEY_FILE },
  );
}

function wrongKey(lock: FileLock): BabaError {
  return new BabaError(
    "BABA_KEY_WRONG",
    lock.kind === "passphrase"
      ? "The passphrase does not open this store. Nothing was changed. Give the one that the store was made with, or the one that changePassphrase() " +
          "set since; a key file from a backup needs the passphrase of its time."
      : "None of the identities opens this store: they are not among its recipients. Nothing was changed. Give one that belongs to a recipient, or " +
          "ask somebody who can open the store to call addRecipient() for yours.",
  );
}
