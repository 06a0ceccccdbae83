import { optionError } from "../errors.ts";
import { type Crypto, KEY_SIZE, mustMeasure } from "./crypto.ts";
import { JournalCipher, type NumberedKey } from "./journal-cipher.ts";
import { type Keyring, STORE_ID_SIZE } from "./keyring.ts";
import { keysWiped, Xaes } from "./xaes.ts";

const NO_SALT = new Uint8Array(0);
const ascii = new TextEncoder();

type Entry = { readonly key: Uint8Array; readonly xaes: Xaes };

/**
 * The keys of an unlocked store, while it is open. They are in private fields, so that neither
 * `JSON.stringify` nor a runtime's inspection shows them.
 *
 * @example
 * ```ts
 * import { nobleCrypto, StoreKeys } from "@baba/core/crypto";
 * const keys = new StoreKeys(nobleCrypto, nobleCrypto.random(16), [{ id: 7, key: nobleCrypto.random(32) }]);
 * console.log(keys.activeId, keys.find(8)); // 7 undefined
 * keys.wipe();
 * ```
 */
export class StoreKeys {
  /** 16 bytes that everything sealed in the store is bound to. */
  readonly storeId: Uint8Array;
  /** The id of the data key that seals new data. */
  readonly activeId: number;
  readonly #crypto: Crypto;
  readonly #entries = new Map<number, Entry>();
  readonly #ciphers = new Map<number, JournalCipher>();
  readonly #active: Xaes;
  #wiped = false;

  /**
   * Copies the keys of one store.
   *
   * @param keys the active one first; their bytes are copied
   */
  constructor(crypto: Crypto, storeId: Uint8Array, keys: readonly [NumberedKey, ...NumberedKey[]]) {
    mustMeasure(storeId, STORE_ID_SIZE, "store id");
    this.#crypto = crypto;
    this.storeId = new Uint8Array(storeId);
    this.activeId = keys[0].id;
    for (const { id, key } of keys)
      this.#entries.set(id, { key: new Uint8Array(key), xaes: new Xaes(crypto, key) });
    this.#active = this.#entries.get(this.activeId)?.xaes ?? new Xaes(crypto, keys[0].key);
  }

  /** The cipher of the active data key. */
  get active(): Xaes {
    return this.#active;
  }

  /** The cipher of a data key; `undefined` for a key that the store does not have. */
  find(id: number): Xaes | undefined {
    return this.#entry(id)?.xaes;
  }

  /**
   * The journal's cipher for a data key, by default the active one; `undefined` for a key that the store does
   * not have. What is written refers to the key by its id, so that it can be read after a rotation.
   */
  cipher(id: number = this.activeId): JournalCipher | undefined {
    const known = this.#ciphers.get(id);
    const entry = this.#entry(id);
    if (known !== undefined || entry === undefined) return known;
    const cipher = new JournalCipher(this.#crypto, { id, key: entry.key }, this.storeId);
    this.#ciphers.set(id, cipher);
    return cipher;
  }

  /** Overwrites every key; sealing and opening then fail with `BABA_CLOSED`. */
  wipe(): void {
    this.#wiped = true;
    for (const { key, xaes } of this.#entries.values()) {
      key.fill(0);
      xaes.wipe();
    }
    for (const cipher of this.#ciphers.values()) cipher.wipe();
    this.#entries.clear();
    this.#ciphers.clear();
  }

  #entry(id: number): Entry | undefined {
    if (this.#wiped) throw keysWiped();
    return this.#entries.get(id);
  }
}

/**
 * The keys of a store that is opened with 32 raw bytes: data key, key id and store id are each derived from
 * them by HKDF-SHA256, without salt, under `baba/1 raw data key`, `baba/1 raw key id` and `baba/1 raw store
 * id`.
 *
 * @throws `BABA_OPTION` if they are not 32 bytes
 */
export function keysOfRawKey(crypto: Crypto, rawKey: Uint8Array): StoreKeys {
  if (rawKey.length !== KEY_SIZE) throw optionError("The option key must be 32 bytes.");
  const derive = (what: string, size: number) =>
    crypto.hkdf(rawKey, NO_SALT, ascii.encode(`baba/1 raw ${what}`), size);
  const key = derive("data key", KEY_SIZE);
  const id = new DataView(derive("key id", 4).buffer).getUint32(0);
  const keys = new StoreKeys(crypto, derive("store id", STORE_ID_SIZE), [{ id, key }]);
  key.fill(0);
  return keys;
}

/** The keys of a keyring. */
export function keysOfKeyring(crypto: Crypto, keyring: Keyring): StoreKeys {
  const retired = keyring.keys.filter(({ state }) => state === "retired");
  return new StoreKeys(crypto, keyring.storeId, [keyring.active, ...retired]);
}
