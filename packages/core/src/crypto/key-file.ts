import type { Identity, Stanza } from "age-encryption";
import { BabaError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { rewriteFolders } from "../storage/checkpoint.ts";
import { ioError } from "../storage/io-error.ts";
import { STORE_FOLDER, TEMPORARY_FOLDER } from "../storage/layout.ts";
import { loadAge } from "./age.ts";
import { passphraseIdentity, passphraseRecipient, WORK_FACTOR } from "./age-passphrase.ts";
import type { Crypto } from "./crypto.ts";
import { damaged, Keyring } from "./keyring.ts";
import { type IdentityLock, MOST_RECIPIENTS } from "./lock.ts";

/**
 * The key file: an age file whose payload is the keyring.
 *
 * @example
 * ```ts
 * import { KEY_FILE } from "@baba/core/crypto";
 * console.log(KEY_FILE); // .baba/key.age
 * ```
 */
export const KEY_FILE: string = `${STORE_FOLDER}/key.age`;
const LARGEST_FILE = 1024 * 1024;
/** Bytes that a key file of few recipients is shorter than: so many are read without ado in every runtime. */
const SHORT_FILE = 64 * 1024;
/** The most trials, of an identity at a recipient's stanza, for one file: of 1,000 recipients with ten identities. */
const MOST_TRIALS = 10_000;
const BINARY = "age-encryption.org/";
const ascii = new TextEncoder();
const text = new TextDecoder();

/** The kinds of lock that a key file has. */
export type FileLock = { readonly kind: "passphrase"; readonly passphrase: string } | IdentityLock;

/**
 * The bytes of a key file: the keyring, locked by the passphrase or for the keyring's recipients, in age's armor. Of an
 * {@link IdentityLock} its identities are needed, to make sure that they will open the file again.
 *
 * @param workFactor of scrypt, for tests that open many files
 * @throws `BABA_OPTION` where none of the identities belongs to a recipient, or one recipient is no point that keys can be
 * agreed with
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
      throw new BabaError("BABA_OPTION", "A store has one kind of lock: this one has recipients.");
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
 * The keyring of a key file, armored or not.
 *
 * @throws `BABA_KEY_WRONG` where the lock does not open it; `BABA_KEYRING` where it is damaged, asks for too much work or is not
 * the one whose fingerprint was pinned; `BABA_FORMAT` where a newer version made it
 */
export async function unlockKeyring(crypto: Crypto, file: Uint8Array, lock: FileLock): Promise<Keyring> {
  if (file.length > LARGEST_FILE) throw damaged("it is larger than 1 MiB");
  const payload = await decrypt(await binaryOf(file), lock, crypto);
  const keyring = Keyring.parse(payload);
  payload.fill(0);
  if (lock.kind === "passphrase") {
    if (keyring.recipients.length > 0) throw damaged("it has recipients and is locked by a passphrase");
    return keyring;
  }
  if (keyring.recipients.length === 0) throw damaged("it has no recipients and is locked for identities");
  if (lock.fingerprint === undefined || lock.fingerprint === keyring.fingerprint(crypto)) return keyring;
  throw notThePinned();
}

/** The error of a key file with another fingerprint than the one that was pinned. */
export function notThePinned(): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE} is not the key file whose fingerprint was pinned: somebody put another in its place. Nothing was changed. Put the ` +
      "right one back from a backup, or, if you know where this one is from, pin its fingerprint.",
    { record: KEY_FILE },
  );
}

/** The recipients that belong to identities. */
export async function recipientsOf(identities: readonly string[]): Promise<string[]> {
  const { identityToRecipient } = await loadAge();
  const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  return [...new Set(recipients)];
}

/** The key file's bytes; `undefined` where there is none. Of one that is too large only so many that it is seen to be. */
export async function readKeyFile(files: FileSystem): Promise<Uint8Array | undefined> {
  try {
    const short = await files.readRange(KEY_FILE, 0, SHORT_FILE);
    if (short === undefined || short.length < SHORT_FILE) return short;
    // From its beginning, as another may have been put in its place.
    return await files.readRange(KEY_FILE, 0, LARGEST_FILE + 1);
  } catch (error) {
    throw ioError(error, KEY_FILE, "read");
  }
}

/**
 * Puts a store's first key file in place, durable. `false`, and nothing done, where there is one already: no key file
 * is ever overwritten by a store that believes itself new.
 *
 * @param token a text that no other writer uses, for the name of the temporary file
 */
export async function createKeyFile(files: FileSystem, token: string, bytes: Uint8Array): Promise<boolean> {
  return throughTemporary(files, token, bytes, async (temporary) => {
    const created = await files.link(temporary, KEY_FILE);
    await files.syncFolders([STORE_FOLDER]);
    return created;
  });
}

/**
 * Makes sure that the key file which is there outlives a power cut: whoever put it there may have ended before the sync of its
 * folder, or have seen that fail, and what is sealed from now on is lost without it.
 */
export async function assureKeyFile(files: FileSystem): Promise<void> {
  try {
    await rewriteFolders(files, [STORE_FOLDER], KEY_FILE);
    await files.syncFolders([STORE_FOLDER]);
  } catch (error) {
    throw ioError(error, KEY_FILE, "sync");
  }
}

/**
 * Puts another key file in the place of the one that is there, at one instant and durable: until then the old one
 * stays, and after a crash there is the one or the other, whole.
 */
export async function replaceKeyFile(files: FileSystem, token: string, bytes: Uint8Array): Promise<void> {
  await throughTemporary(files, token, bytes, async (temporary) => {
    await files.rename([{ from: temporary, to: KEY_FILE }]);
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

async function mustBeAmong(recipients: readonly string[], identities: readonly string[]): Promise<void> {
  const own = await recipientsOf(identities);
  if (own.some((recipient) => recipients.includes(recipient))) return;
  throw new BabaError(
    "BABA_OPTION",
    "None of the identities that are given would be among the recipients, so that the store could not be opened with them: name the recipient of one, " +
      "or keep it.",
  );
}

/** Its letters are right, and it is one of the few points whose every shared secret is zero. */
function weakRecipient(cause: unknown): BabaError {
  return new BabaError(
    "BABA_OPTION",
    "One of the recipients is no key that a file can be locked for: remove it, and let whoever gave it make another identity. " +
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
    throw damaged("it is no age file");
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
    throw damaged(
      error instanceof Error && error.message !== "" ? `${error.message} (age)` : "it is damaged",
      error,
    );
  }
}

/** Opens nothing: it refuses, before any work is done, what the lock cannot open or what would take too long. */
function gate(lock: FileLock): Identity {
  return {
    unwrapFileKey(stanzas: readonly Stanza[]) {
      if (stanzas.length > MOST_RECIPIENTS) throw damaged(`it has more than ${MOST_RECIPIENTS} recipients`);
      if (lock.kind === "identity") mustBeFew(stanzas, lock.identities.length);
      const locked = stanzas.some(({ args }) => args[0] === "scrypt") ? "passphrase" : "identity";
      if (locked === lock.kind) return null;
      throw new BabaError(
        "BABA_KEY_WRONG",
        `This store is not opened by the option ${lock.kind}: give the option ${locked}.`,
      );
    },
  };
}

function mustBeFew(stanzas: readonly Stanza[], identities: number): void {
  const recipients = stanzas.filter(({ args }) => args[0] === "X25519").length;
  if (recipients * identities <= MOST_TRIALS) return;
  throw new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE} has ${recipients} recipients, and to try ${identities} identities at each would take too long: give at most ` +
      `${Math.floor(MOST_TRIALS / recipients)} identities. Nothing was changed.`,
    { record: KEY_FILE },
  );
}

function wrongKey(lock: FileLock): BabaError {
  return new BabaError(
    "BABA_KEY_WRONG",
    lock.kind === "passphrase"
      ? "The passphrase does not open this store. Nothing was changed. Give the one that the store was made with, or that changePassphrase() has " +
          "set since; a key file from a backup is opened by the one of its time."
      : "None of the identities opens this store: they are not among its recipients. Nothing was changed. Give one that belongs to a recipient, or " +
          "let whoever opens the store call addRecipient() for yours.",
  );
}
