import { isBytes } from "../../bytes.ts";
import { decode, encode } from "../../codec/index.ts";
import { CommitSealer, openRecord, type Seals } from "../../crypto/envelope.ts";
import { type FileLock, unlockKeyring } from "../../crypto/key-file.ts";
import { Keyring } from "../../crypto/keyring.ts";
import { checkUnlock, mustBeGiven, wipeLock } from "../../crypto/lock.ts";
import { keysOfKeyring, keysOfRawKey, type StoreKeys } from "../../crypto/store-keys.ts";
import { BabaError, optionError } from "../../errors.ts";
import { parseBytes, stringify } from "../../model/index.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { checkRecordName } from "../../storage/names.ts";
import { checkOptionNames } from "../options.ts";
import { mustBeReadable } from "../record.ts";

/**
 * The keys for a record's file outside its store: the store's key file and what unlocks it, or the keyring in
 * it (the JSON text that `age --decrypt` prints), or the raw key.
 */
export type RecordKeys =
  | { readonly keyring: Uint8Array | string }
  | { readonly keyFile: Uint8Array; readonly passphrase: string }
  | { readonly keyFile: Uint8Array; readonly identity: string | readonly string[] }
  | { readonly key: Uint8Array };

/** The parts of a runtime that the functions for single files need. */
export type RecordFileContext = Pick<Runtime, "crypto" | "compression">;

const KEYS_WANTED = "Give keyring, or keyFile with passphrase or identity, or key.";
const utf8 = new TextEncoder();

/**
 * The value in a sealed record's file.
 *
 * @param file the file's bytes, base-3 text
 * @param filename the name that the record has, or had, in its store: it opens under no other
 * @throws `BABA_OPTION` if an argument is of the wrong kind, and the errors of opening and reading a sealed
 * store
 * @example
 * ```ts
 * import { openRecordFile, sealRecordFile } from "@baba/core";
 * import { nobleCrypto, webCompression } from "@baba/core/crypto";
 * const context = { crypto: nobleCrypto, compression: webCompression };
 * const key = new Uint8Array(32).fill(1); // from where you keep it
 * const file = await sealRecordFile(context, { id: 1 }, "heroes/1.baba", { key });
 * console.log(await openRecordFile(context, file, "heroes/1.baba", { key })); // { id: 1 }
 * ```
 */
export async function openRecordFile(
  context: RecordFileContext,
  file: Uint8Array,
  filename: string,
  keys: RecordKeys,
): Promise<unknown> {
  const name = checkRecordName(filename);
  if (!isBytes(file)) throw optionError("Give the file's bytes, as a Uint8Array.");
  return withKeys(context, keys, async (seals) => {
    try {
      return parseBytes(await openRecord(decode(file), name, seals));
    } catch (error) {
      throw error instanceof BabaError ? error.about(name) : error;
    }
  });
}

/**
 * A sealed record's file, to be put into its store's folder while nobody has the store open.
 *
 * @param value the record; it is not validated by a schema
 * @param filename the name that the file will have in the store
 * @throws `BABA_UNSERIALIZABLE`, also for more than 128 MiB of JSON, `BABA_NAME`, `BABA_OPTION` if `keys` are
 * of the wrong kind, and the errors of opening a sealed store
 * @example
 * ```ts
 * import { decode, sealRecordFile } from "@baba/core";
 * import { nobleCrypto, webCompression } from "@baba/core/crypto";
 * const context = { crypto: nobleCrypto, compression: webCompression };
 * const key = new Uint8Array(32).fill(1); // from where you keep it
 * const file = await sealRecordFile(context, { id: 1 }, "heroes/1.baba", { key });
 * console.log(decode(file).length); // 54
 * ```
 */
export async function sealRecordFile(
  context: RecordFileContext,
  value: unknown,
  filename: string,
  keys: RecordKeys,
): Promise<Uint8Array> {
  const name = checkRecordName(filename);
  const payload = utf8.encode(stringify(value));
  mustBeReadable(name, payload.length);
  return withKeys(context, keys, async (seals) => encode(await new CommitSealer(seals).seal(name, payload)));
}

async function withKeys<T>(
  { crypto, compression }: RecordFileContext,
  keys: RecordKeys,
  work: (seals: Seals) => Promise<T>,
): Promise<T> {
  const opened = await openKeys(crypto, keys);
  try {
    return await work({ crypto, compression, keys: opened });
  } finally {
    opened.wipe();
  }
}

async function openKeys(crypto: Runtime["crypto"], keys: RecordKeys): Promise<StoreKeys> {
  if (typeof keys !== "object" || keys === null) throw optionError(KEYS_WANTED);
  checkOptionNames(keys, namesBeside(keys));
  if ("keyring" in keys) return ofKeyring(crypto, Keyring.parse(bytesOf(keys.keyring)));
  const { keyFile, ...unlock } = { keyFile: undefined, ...keys };
  const lock = checkUnlock(unlock);
  try {
    if (lock.kind === "key") return keysOfRawKey(crypto, lock.key);
    if (lock.kind === "none" || !isBytes(keyFile)) throw optionError(KEYS_WANTED);
    return ofKeyring(crypto, await unlockKeyring(crypto, keyFile, lock satisfies FileLock));
  } finally {
    wipeLock(lock);
  }
}

/** The options that may be given together. */
function namesBeside(keys: object): readonly string[] {
  if ("keyring" in keys) return ["keyring"];
  return "key" in keys ? ["key"] : ["keyFile", "passphrase", "identity"];
}

function ofKeyring(crypto: Runtime["crypto"], keyring: Keyring): StoreKeys {
  const keys = keysOfKeyring(crypto, keyring);
  keyring.wipe();
  return keys;
}

function bytesOf(keyring: unknown): Uint8Array {
  mustBeGiven("keyring", keyring);
  if (typeof keyring === "string") return utf8.encode(keyring);
  if (isBytes(keyring)) return keyring;
  throw optionError("The option keyring must be a Uint8Array or a string.");
}
