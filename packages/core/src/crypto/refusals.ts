import { BabaError, optionError } from "../errors.ts";
import { printable } from "../printable.ts";
import { KEY_FILE } from "../storage/layout.ts";

/** The error for sealed data in a store that was opened without a key. */
export function sealedWithoutKey(name: string): BabaError {
  return recordError(
    "BABA_SEALED",
    name,
    "it is sealed: open the store with the option that it was sealed with",
  );
}

/** The error for a folder with sealed data but no key file, which is not a new store. */
export function keyFileMissing(name: string): BabaError {
  return recordError(
    "BABA_KEYRING",
    name,
    `it is sealed, but ${KEY_FILE} is missing, so this is not a new store: put the key file back from a backup, or open the store ` +
      "with the option key if it was made with it. Nothing was changed",
  );
}

/** The error for plain data in a store that is opened with a key for the first time. */
export function plainStore(name: string): BabaError {
  return recordError(
    "BABA_NOT_SEALED",
    name,
    "it is plain, and the store was opened with a key: call db.seal() to seal what is there, or leave the key out",
  );
}

/** The error for a plain store opened with a raw key: a commit would mix sealed and plain records. */
export function plainUnderRawKey(name: string): BabaError {
  return recordError(
    "BABA_NOT_SEALED",
    name,
    "it is plain, and the option key cannot seal an existing store: leave the option out, or start in another directory",
  );
}

/** The error for a plain journal segment in a sealed store. */
export function plainJournal(segment: string): BabaError {
  return recordError(
    "BABA_NOT_SEALED",
    segment,
    "it is not sealed but the store is, so it cannot be trusted. Nothing was changed. Put the whole directory back from one backup, " +
      "or move this file away to go on with the record files as they are",
  );
}

/** The error for a segment sealed with a key that the key file does not have. */
export function foreignJournal(segment: string): BabaError {
  return recordError(
    "BABA_KEY_UNKNOWN",
    segment,
    `it is sealed with a data key that ${KEY_FILE} does not have: one of the two is older or from another store. Nothing was ` +
      "changed. Replace the one that does not belong here from a backup",
  );
}

/** The error for a record or segment that is not sealed with the given raw key. */
export function wrongRawKey(name: string): BabaError {
  return recordError(
    "BABA_KEY_WRONG",
    name,
    "it is not sealed with the key that was given. Nothing was changed. Give the key that the store was made with, or, if that was a " +
      `passphrase or an identity, put ${KEY_FILE} back from a backup and give that`,
  );
}

/** The error for a segment under a key that is not among those that were opened, if any were. */
export function unknownSeal(segment: string, opened: { readonly keyring: unknown } | undefined): BabaError {
  if (opened === undefined) return keyFileMissing(segment);
  return opened.keyring === undefined ? wrongRawKey(segment) : foreignJournal(segment);
}

/** The error for a key file that was replaced by an unrelated one while the store was open. */
export function otherKeyring(): BabaError {
  return recordError(
    "BABA_KEYRING",
    KEY_FILE,
    "another keyring was put in its place while the store was open. Close the database and, if you know where the new one is " +
      "from, open it again",
  );
}

/** The error for a pinned fingerprint without a key file. */
export function pinnedButMissing(): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `A fingerprint was pinned, but there is no ${KEY_FILE}: put it back from a backup, or leave the option fingerprint out to make a new store.`,
    { record: KEY_FILE },
  );
}

/** The error for a key file without the pinned fingerprint. */
export function notThePinned(): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE} is not the key file whose fingerprint was pinned: removeRecipient() or seal() has changed it since, or somebody put ` +
      "another in its place. Nothing was changed. Ask who else can open the store: if one of them called these, open the store with the " +
      "new fingerprint, as an older key file lacks the newest key; otherwise put the right one back from a backup.",
    { record: KEY_FILE },
  );
}

/** The error for an operation that needs a key file with the right kind of lock. */
export function noKeyring(): BabaError {
  return optionError(
    "This database has no key file for that: changing the passphrase needs the option passphrase, changing recipients needs " +
      "identity, and rotating data keys or sealing records needs either.",
  );
}

/** The error for one record, or anything else with a name in the store. */
export function recordError(code: BabaError["code"], name: string, reason: string): BabaError {
  return new BabaError(code, `${printable(name)}: ${reason}.`, { record: name });
}
