import { optionError } from "../errors.ts";
import { type Crypto, KEY_SIZE, mustMeasure } from "./crypto.ts";
import { JournalCipher, type NumberedKey } from "./journal-cipher.ts";
import { type Keyring, STORE_ID_SIZE } from "./keyring.ts";
import { keysWiped, Xaes } from "./xaes.ts";

const NO_SALT = new Uint8Array(0);
const ascii = new TextEncoder();

/**
 * A data key with its ciphers, which are made when they are first needed. Keyrings that have the key share it:
 * of a thousand rotations each makes a keyring with all keys before.
 */
class KeyInUse {
  readonly #crypto: Crypto;
  readonly #data: NumberedKey;
  #xaes: Xaes | undefined;
  #journal: JournalCipher | undefined;
  #wiped = false;

  /** @param data its bytes are copied */
  constructor(crypto: Crypto, { id, key }: NumberedKey) {
    mustMeasure(key, KEY_SIZE, "key");
    this.#crypto = crypto;
    this.#data = { id, key: new Uint8Array(key) };
  }

  /** The cipher of records. */
  get xaes(): Xaes {
    if (this.#wiped) throw keysWiped();
    this.#xaes ??= new Xaes(this.#crypto, this.#data.key);
    return this.#xaes;
  }

  /** The cipher of the journal. */
  journal(storeId: Uint8Array): JournalCipher {
    if (this.#wiped) throw keysWiped();
    this.#journal ??= new JournalCipher(this.#crypto, this.#data, storeId);
    return this.#journal;
  }

  /** Not by the id alone, which may be drawn again once its key was dropped. */
  isSame(other: KeyInUse): boolean {
    return this.#data.id === other.#data.id && this.#crypto.equal(this.#data.key, other.#data.key);
  }

  wipe(): void {
    this.#wiped = true;
    this.#data.key.fill(0);
    this.#xaes?.wipe();
    this.#journal?.wipe();
  }
}

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
  readonly #entries = new Map<number, KeyInUse>();
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
    for (const data of keys) this.#entries.set(data.id, new KeyInUse(crypto, data));
  }

  /** The cipher of the active data key. @throws `BABA_CLOSED` if the keys were wiped */
  get active(): Xaes {
    const active = this.find(this.activeId);
    if (active === undefined) throw keysWiped();
    return active;
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
    return this.#entry(id)?.journal(this.storeId);
  }

  /**
   * Shares the keys that earlier ones of the store have, too; none of these may be in use here yet. Returns whether
   * that is all the earlier ones have: then whoever wipes these has wiped those.
   */
  share(earlier: StoreKeys): boolean {
    if (!this.#crypto.equal(this.storeId, earlier.storeId)) return false;
    let hasAll = true;
    for (const [id, known] of earlier.#entries) {
      const own = this.#entries.get(id);
      if (own?.isSame(known) !== true) hasAll = false;
      else if (own !== known) {
        own.wipe();
        this.#entries.set(id, known);
      }
    }
    return hasAll;
  }

  /** Overwrites every key; sealing and opening then fail with `BABA_CLOSED`. */
  wipe(): void {
    this.#wiped = true;
    for (const entry of this.#entries.values()) entry.wipe();
    this.#entries.clear();
  }

  #entry(id: number): KeyInUse | undefined {
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
