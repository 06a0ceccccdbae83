import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { BabaError } from "../errors.ts";
import { type Crypto, KEY_SIZE } from "./crypto.ts";
import { checkRecipients, MOST_RECIPIENTS, RECIPIENT, tooManyRecipients } from "./lock.ts";

/** Bytes of a store's id. */
export const STORE_ID_SIZE = 16;
/** The version of the keyring's own format. */
const FORMAT = 1;
const KEY_ID_SIZE = 4;
const SECRET_SIZE = 32;
const FINGERPRINT_SIZE = 16;
const MOST_KEYS = 1000;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** A data key of a keyring. The one active key seals; retired ones open what they sealed. */
export type DataKey = {
  /** What envelopes name it with: a random number of 32 bits. */
  readonly id: number;
  /** 32 random bytes. */
  readonly key: Uint8Array;
  /** When it was made, in milliseconds since the epoch. */
  readonly created: number;
  readonly state: "active" | "retired";
};

type Parts = {
  readonly storeId: Uint8Array;
  readonly secret: Uint8Array;
  readonly keys: readonly DataKey[];
  readonly recipients: readonly string[];
  readonly converting: boolean;
};

/**
 * What the key file holds: a store's id, its data keys, who may open it, and whether it is still being
 * converted from plain. It never changes; what changes it gives a new one, to be written in its place.
 *
 * As text it is one line of JSON without white space, keys in this order:
 * `{"format":1,"store":"<hex 16>","secret":"<hex 32>","keys":[{"id":"<hex 4>","key":"<hex 32>","created":"<ISO 8601>",
 * "state":"active"}],"recipients":["age1..."],"converting":false}`, hexadecimal digits in lower case. Any other text
 * is refused, white space around it excepted.
 *
 * @example
 * ```ts
 * import { Keyring, nobleCrypto } from "@baba/core/crypto";
 * const keyring = Keyring.create(nobleCrypto, { recipients: [], converting: false, now: Date.now() });
 * const rotated = keyring.rotated(nobleCrypto, Date.now());
 * console.log(Keyring.parse(rotated.serialize()).keys.map(({ state }) => state)); // [ "retired", "active" ]
 * ```
 */
export class Keyring {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new store's keyring, everything random in it drawn anew. `recipients` is empty where a passphrase locks it. */
  static create(
    crypto: Crypto,
    store: { readonly recipients: readonly string[]; readonly converting: boolean; readonly now: number },
  ): Keyring {
    const { recipients, converting, now } = store;
    return new Keyring({
      storeId: crypto.random(STORE_ID_SIZE),
      secret: crypto.random(SECRET_SIZE),
      keys: [newKey(crypto, now, [])],
      recipients: [...recipients],
      converting,
    });
  }

  /**
   * The keyring of a payload that {@link serialize} made.
   *
   * @throws `BABA_KEYRING` for any other, never quoting it; `BABA_FORMAT` where a newer version made it
   */
  static parse(payload: Uint8Array): Keyring {
    const text = decodeText(payload)?.trim();
    const value = text === undefined ? undefined : parseJson(text);
    if (isObject(value) && typeof value.format === "number" && value.format > FORMAT) {
      throw new BabaError(
        "BABA_FORMAT",
        `The key file is of format ${value.format}: open the directory with a newer version.`,
      );
    }
    const parts = partsOf(value);
    if (parts === undefined) throw damaged("it does not hold a keyring");
    const keyring = new Keyring(parts);
    // Whatever the checks do not name (other properties, two of one name, another order) shows here.
    if (keyring.#text() !== text) throw damaged("its keyring is not written as it should be");
    return keyring;
  }

  /** 16 bytes that every sealed thing of the store is tied to. */
  get storeId(): Uint8Array {
    return this.#parts.storeId;
  }

  /** All data keys, the oldest first. */
  get keys(): readonly DataKey[] {
    return this.#parts.keys;
  }

  /** The key that seals what is written now. */
  get active(): DataKey {
    const active = this.#parts.keys.find(({ state }) => state === "active");
    if (active === undefined) throw damaged("it has no active data key");
    return active;
  }

  /** Who may open it (`age1...`); empty where a passphrase locks it. */
  get recipients(): readonly string[] {
    return this.#parts.recipients;
  }

  /** Whether records may still be plain, because the store is being converted. */
  get converting(): boolean {
    return this.#parts.converting;
  }

  /**
   * 32 hexadecimal digits that tell this keyring from any other, whoever that one is locked for: HKDF-SHA256 of a secret
   * that is in it, salted with the store's id, under `baba/1 fingerprint`. It stays the same when the passphrase or the data
   * key change, or a recipient is added. Who could open the keyring once knows the secret, and could make another with its
   * fingerprint: so it changes when a recipient is removed; and when the conversion from plain ends.
   */
  fingerprint(crypto: Crypto): string {
    const { secret, storeId } = this.#parts;
    return bytesToHex(crypto.hkdf(secret, storeId, utf8.encode("baba/1 fingerprint"), FINGERPRINT_SIZE));
  }

  /** With a new data key, which is the active one; the others are retired. */
  rotated(crypto: Crypto, now: number): Keyring {
    const { keys } = this.#parts;
    if (keys.length >= MOST_KEYS)
      throw new BabaError(
        "BABA_KEYRING",
        `A keyring holds at most ${MOST_KEYS} data keys: call rewrap({ dropRetired: true }) to give up the retired ones.`,
      );
    const retired = keys.map((key): DataKey => ({ ...key, state: "retired" }));
    return new Keyring({ ...this.#parts, keys: [...retired, newKey(crypto, now, keys)] });
  }

  /**
   * With other recipients; none where a passphrase is to lock it. Takes no key from those who had them.
   *
   * @throws `BABA_OPTION` for more than 1,000
   */
  withRecipients(recipients: readonly string[]): Keyring {
    if (recipients.length > MOST_RECIPIENTS) throw tooManyRecipients();
    return new Keyring({ ...this.#parts, recipients: [...recipients] });
  }

  /** Without the retired data keys: what is still sealed with one of them cannot be opened any more. */
  withoutRetired(): Keyring {
    const keys = this.#parts.keys.filter(({ state }) => state === "active");
    return new Keyring({ ...this.#parts, keys });
  }

  /** With another secret, and so another fingerprint: who knew the old one can make no keyring that passes for this one. */
  withNewSecret(crypto: Crypto): Keyring {
    return new Keyring({ ...this.#parts, secret: crypto.random(SECRET_SIZE) });
  }

  /**
   * At the end of the conversion from plain, with another secret: one with the old fingerprint admits plain records, and
   * can be put back by whoever has copied it. The same one where it had ended.
   */
  converted(crypto: Crypto): Keyring {
    return this.converting ? new Keyring({ ...this.#parts, converting: false }).withNewSecret(crypto) : this;
  }

  /** The bytes that go into the key file, and hold every secret of the store. */
  serialize(): Uint8Array {
    return utf8.encode(`${this.#text()}\n`);
  }

  /** Overwrites the keys, of this keyring and of those made from it. */
  wipe(): void {
    this.#parts.secret.fill(0);
    for (const { key } of this.#parts.keys) key.fill(0);
  }

  /** What `JSON.stringify` shows: nothing. */
  toJSON(): Record<string, never> {
    return {};
  }

  #text(): string {
    const { storeId, secret, keys, recipients, converting } = this.#parts;
    return JSON.stringify({
      format: FORMAT,
      store: bytesToHex(storeId),
      secret: bytesToHex(secret),
      keys: keys.map(({ id, key, created, state }) => ({
        id: id.toString(16).padStart(2 * KEY_ID_SIZE, "0"),
        key: bytesToHex(key),
        created: new Date(created).toISOString(),
        state,
      })),
      recipients,
      converting,
    });
  }
}

/** The error of a key file that cannot be used as it is. */
export function damaged(what: string, cause?: unknown): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `The key file .baba/key.age cannot be used: ${what}. Put it back from a backup; without it the records cannot be read.`,
    { record: ".baba/key.age", cause },
  );
}

function newKey(crypto: Crypto, now: number, others: readonly DataKey[]): DataKey {
  for (;;) {
    const id = new DataView(crypto.random(KEY_ID_SIZE).buffer).getUint32(0);
    if (others.some((other) => other.id === id)) continue;
    return { id, key: crypto.random(KEY_SIZE), created: now, state: "active" };
  }
}

function decodeText(payload: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(payload);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not as a cause: engines quote the text, which holds the keys.
    return undefined;
  }
}

function partsOf(value: unknown): Parts | undefined {
  if (!isObject(value) || value.format !== FORMAT) return undefined;
  const storeId = hexOf(value.store, STORE_ID_SIZE);
  const secret = hexOf(value.secret, SECRET_SIZE);
  const keys = keysOf(value.keys);
  const recipients = recipientsOf(value.recipients);
  const { converting } = value;
  if (storeId === undefined || secret === undefined || keys === undefined || recipients === undefined)
    return undefined;
  return typeof converting === "boolean" ? { storeId, secret, keys, recipients, converting } : undefined;
}

function keysOf(value: unknown): DataKey[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_KEYS) return undefined;
  const keys = value.map(keyOf).filter((key) => key !== undefined);
  const distinct = new Set(keys.map(({ id }) => id)).size;
  const active = keys.filter(({ state }) => state === "active").length;
  return keys.length === value.length && distinct === keys.length && active === 1 ? keys : undefined;
}

function keyOf(value: unknown): DataKey | undefined {
  if (!isObject(value)) return undefined;
  const id = hexOf(value.id, KEY_ID_SIZE);
  const key = hexOf(value.key, KEY_SIZE);
  const created = typeof value.created === "string" ? Date.parse(value.created) : Number.NaN;
  const { state } = value;
  if (id === undefined || key === undefined || Number.isNaN(created)) return undefined;
  if (state !== "active" && state !== "retired") return undefined;
  return { id: new DataView(id.buffer).getUint32(0), key, created, state };
}

function recipientsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_RECIPIENTS || new Set(value).size !== value.length)
    return undefined;
  const recipients = value.filter((recipient) => typeof recipient === "string" && RECIPIENT.test(recipient));
  return recipients.length === value.length && areSound(recipients) ? recipients : undefined;
}

/** Whether their checksums are right, so that the key file can be locked for them again. */
function areSound(recipients: readonly string[]): boolean {
  try {
    return recipients.length === 0 || checkRecipients(recipients).length === recipients.length;
  } catch {
    return false;
  }
}

function hexOf(value: unknown, size: number): Uint8Array<ArrayBuffer> | undefined {
  if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]+$/.test(value)) return undefined;
  return hexToBytes(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
