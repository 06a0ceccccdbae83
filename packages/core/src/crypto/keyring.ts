import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { BabaError } from "../errors.ts";
import { KEY_FILE } from "../storage/layout.ts";
import { type Crypto, KEY_SIZE } from "./crypto.ts";
import { checkRecipients, MOST_RECIPIENTS, tooManyRecipients } from "./lock.ts";

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

/** A data key of a keyring. The one active key seals; retired ones only open what they sealed. */
export type DataKey = {
  /** The id by which envelopes refer to it: a random number of 32 bits. */
  readonly id: number;
  /** 32 random bytes. */
  readonly key: Uint8Array;
  /** Creation time, in milliseconds since the epoch. */
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
 * The contents of the key file: a store's id, its data keys, its recipients, and whether it is still being
 * converted from plain. Immutable: changes return a new keyring, to replace the old one.
 *
 * As text it is one line of JSON without white space, keys in this order:
 * `{"format":1,"store":"<hex 16>","secret":"<hex 32>","keys":[{"id":"<hex 4>","key":"<hex 32>",
 * "created":"<ISO 8601>","state":"active"}],"recipients":["age1..."],"converting":false}`, with lower-case
 * hexadecimal digits. Any other text is refused, apart from surrounding white space.
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

  /** A new store's keyring with fresh random values. `recipients` is empty if a passphrase locks it. */
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
   * Parses the result of {@link serialize}.
   *
   * @throws `BABA_KEYRING` for anything else, never quoting it; `BABA_FORMAT` if a newer version made it
   */
  static parse(payload: Uint8Array): Keyring {
    const text = decodeText(payload)?.trim();
    const value = text === undefined ? undefined : parseJson(text);
    if (isObject(value) && Number.isInteger(value.format) && Number(value.format) > FORMAT) {
      throw new BabaError(
        "BABA_FORMAT",
        `The key file has format ${value.format}: open the directory with a newer version.`,
        { record: KEY_FILE },
      );
    }
    const parts = partsOf(value);
    if (parts === undefined) throw damagedKeyFile("it does not contain a keyring");
    const keyring = new Keyring(parts);
    // This catches what the checks do not: further or duplicate properties, another order.
    if (keyring.#text() !== text) throw damagedKeyFile("its keyring does not have the expected form");
    return keyring;
  }

  /** 16 bytes that everything sealed in the store is bound to. */
  get storeId(): Uint8Array {
    return this.#parts.storeId;
  }

  /** All data keys, oldest first. */
  get keys(): readonly DataKey[] {
    return this.#parts.keys;
  }

  /** The key that seals new data. */
  get active(): DataKey {
    const active = this.#parts.keys.find(({ state }) => state === "active");
    if (active === undefined) throw damagedKeyFile("it has no active data key");
    return active;
  }

  /** Who can open it (`age1...`); empty if a passphrase locks it. */
  get recipients(): readonly string[] {
    return this.#parts.recipients;
  }

  /** Whether records may still be plain, because the store is being converted. */
  get converting(): boolean {
    return this.#parts.converting;
  }

  /**
   * 32 hexadecimal digits that distinguish this keyring from any other, whoever that is locked for:
   * HKDF-SHA256 of its secret, salted with the store's id, under `baba/1 fingerprint`. Unchanged by a new
   * passphrase, a new data key or an added recipient. Everyone who could once open the keyring knows the
   * secret, and could forge a keyring with the same fingerprint; so removing a recipient changes it, and so
   * does the end of the conversion from plain.
   */
  fingerprint(crypto: Crypto): string {
    const { secret, storeId } = this.#parts;
    return bytesToHex(crypto.hkdf(secret, storeId, utf8.encode("baba/1 fingerprint"), FINGERPRINT_SIZE));
  }

  /** With a new active data key; the others are retired. @throws `BABA_KEYRING` if there are 1,000 already */
  rotated(crypto: Crypto, now: number): Keyring {
    const { keys } = this.#parts;
    if (keys.length >= MOST_KEYS)
      throw new BabaError(
        "BABA_KEYRING",
        `A keyring holds at most ${MOST_KEYS} data keys: call rewrap({ dropRetired: true }) to drop the retired ones.`,
      );
    const retired = keys.map((key): DataKey => ({ ...key, state: "retired" }));
    return new Keyring({ ...this.#parts, keys: [...retired, newKey(crypto, now, keys)] });
  }

  /**
   * With other recipients, or none for a passphrase. Former recipients still know the keys.
   *
   * @throws `BABA_OPTION` for more than 1,000
   */
  withRecipients(recipients: readonly string[]): Keyring {
    if (recipients.length > MOST_RECIPIENTS) throw tooManyRecipients();
    return new Keyring({ ...this.#parts, recipients: [...recipients] });
  }

  /** Without the retired data keys: what is still sealed with them can no longer be opened. */
  withoutRetired(): Keyring {
    const keys = this.#parts.keys.filter(({ state }) => state === "active");
    return new Keyring({ ...this.#parts, keys });
  }

  /** With a new secret, and so another fingerprint: whoever knew the old one cannot forge it. */
  withNewSecret(crypto: Crypto): Keyring {
    return new Keyring({ ...this.#parts, secret: crypto.random(SECRET_SIZE) });
  }

  /**
   * Ends the conversion from plain, with a new secret: a copy with the old fingerprint admits plain records,
   * and anyone could put it back. Returns itself if the conversion had ended already.
   */
  converted(crypto: Crypto): Keyring {
    return this.converting ? new Keyring({ ...this.#parts, converting: false }).withNewSecret(crypto) : this;
  }

  /** The key file's payload, which contains every secret of the store. */
  serialize(): Uint8Array {
    return utf8.encode(`${this.#text()}\n`);
  }

  /**
   * Overwrites the keys of this keyring, and those it shares with keyrings derived from it; but none of those
   * that it shares with `next`, if that is given.
   */
  wipe(next?: Keyring): void {
    const kept = new Set(next === undefined ? [] : next.#secrets());
    for (const secret of this.#secrets()) if (!kept.has(secret)) secret.fill(0);
  }

  /** Keeps secrets out of `JSON.stringify`. */
  toJSON(): Record<string, never> {
    return {};
  }

  #secrets(): Uint8Array[] {
    return [this.#parts.secret, ...this.#parts.keys.map(({ key }) => key)];
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

/** The error for an unusable key file. */
export function damagedKeyFile(what: string, cause?: unknown): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `The key file ${KEY_FILE} cannot be used: ${what}. Put it back from a backup; without it the records cannot be read.`,
    { record: KEY_FILE, cause },
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
    // Not as a cause: engines' messages quote the text, which contains the keys.
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

function recipientsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_RECIPIENTS) return undefined;
  if (value.length === 0) return [];
  try {
    const recipients = checkRecipients(value);
    return recipients.length === value.length ? recipients : undefined;
  } catch {
    return undefined;
  }
}

function hexOf(value: unknown, size: number): Uint8Array<ArrayBuffer> | undefined {
  if (typeof value !== "string" || value.length !== 2 * size || !/^[0-9a-f]+$/.test(value)) return undefined;
  return hexToBytes(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
