import { Arena } from "../arena.ts";
import { BabaError } from "../errors.ts";
import type { Breathe } from "../runtime/event-loop.ts";
import type { Changes, Content } from "../storage/storage.ts";
import type { Compression } from "./compression.ts";
import { type Crypto, TAG_SIZE } from "./crypto.ts";
import { recordError } from "./refusals.ts";
import type { StoreKeys } from "./store-keys.ts";
import { XAES_NONCE_SIZE, type Xaes } from "./xaes.ts";

/** The first byte of a sealed record; no JSON text begins with it. */
const VERSION = 0x01;
/** Flag: the sealed payload is deflated. */
const DEFLATED = 0x01;
const KEY_ID_AT = 2;
const NONCE_AT = 6;
/** Bytes before the ciphertext. */
const HEAD = NONCE_AT + XAES_NONCE_SIZE;
/** Bytes of an envelope in addition to its payload. */
export const ENVELOPE_OVERHEAD: number = HEAD + TAG_SIZE;
/** Bytes of a nonce drawn per commit, and of the rest drawn per record. */
const NONCE_HALF = 12;
/** The most records that share a commit's half of the nonce: NIST SP 800-38D's bound for random nonces. */
const MOST_RECORDS = 2 ** 32;
/** Payloads from this size on are deflated, if that makes them smaller. */
const DEFLATE_FROM = 4096;
/** The largest payload to inflate; larger ones are sealed without being deflated. */
export const LONGEST_INFLATED: number = 64 * 1024 * 1024;
/** How many records' nonce halves are drawn at once: asking the system costs more than sealing. */
const NONCES_AT_ONCE = 256;
const LABEL = new TextEncoder().encode("baba/1 record");
const utf8 = new TextEncoder();
let scratch = new Uint8Array(1024);

/**
 * Whether a stored payload is an envelope, by its first byte; otherwise it is a plain record.
 *
 * @example
 * ```ts
 * import { isSealed } from "@baba/core/crypto";
 * console.log(isSealed(new TextEncoder().encode('{"id":1}'))); // false
 * ```
 */
export function isSealed(payload: Uint8Array): boolean {
  return payload[0] === VERSION;
}

/** What it takes to seal and open records. */
export type Seals = { readonly crypto: Crypto; readonly compression: Compression; readonly keys: StoreKeys };

/**
 * Seals the records of one commit, whose key is derived only once. Make a new one for every commit.
 *
 * The envelope: version `01`, flags, key id (4), nonce (24: 12 random bytes of the commit, 12 of the record),
 * then the payload under XAES-256-GCM and its tag (16). Additional data: the bytes before the nonce, the
 * store's id and the record's name.
 *
 * @example
 * ```ts
 * import { CommitSealer, nobleCrypto, StoreKeys, webCompression } from "@baba/core/crypto";
 * const keys = new StoreKeys(nobleCrypto, nobleCrypto.random(16), [{ id: 7, key: nobleCrypto.random(32) }]);
 * const seals = { crypto: nobleCrypto, compression: webCompression, keys };
 * const sealer = new CommitSealer(seals);
 * const envelope = await sealer.seal("1.baba", new Uint8Array([1, 2, 3]));
 * console.log(envelope.length); // 49
 * ```
 */
export class CommitSealer {
  readonly #seals: Seals;
  readonly #commitHalf: Uint8Array;
  #halves: Uint8Array = new Uint8Array(0);
  #at = 0;
  #sealed: number;
  readonly #arena = new Arena();

  /**
   * A sealer for one commit, with its own nonce half.
   *
   * @param sealed how many records of this commit are sealed already
   */
  constructor(seals: Seals, sealed: number = 0) {
    this.#seals = seals;
    this.#commitHalf = seals.crypto.random(NONCE_HALF);
    this.#sealed = sealed;
  }

  /**
   * Seals a record's payload in an envelope; returns a promise if compression does.
   *
   * @param name the record's name, checked and in NFC
   * @throws RangeError after 2^32 records
   */
  seal(name: string, payload: Uint8Array): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
    if (payload.length < DEFLATE_FROM || payload.length > LONGEST_INFLATED)
      return this.#seal(name, payload, undefined);
    const deflated = this.#seals.compression.deflate(payload);
    if (deflated instanceof Uint8Array) return this.#seal(name, payload, deflated);
    return deflated.then((bytes) => this.#seal(name, payload, bytes));
  }

  #seal(name: string, payload: Uint8Array, deflated: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
    const { keys } = this.#seals;
    const smaller = deflated !== undefined && deflated.length < payload.length;
    const plaintext = smaller ? deflated : payload;
    const envelope = this.#arena.take(ENVELOPE_OVERHEAD + plaintext.length);
    envelope[0] = VERSION;
    envelope[1] = smaller ? DEFLATED : 0;
    putUint32(envelope, KEY_ID_AT, keys.activeId);
    envelope.set(this.#commitHalf, NONCE_AT);
    envelope.set(this.#recordHalf(), NONCE_AT + NONCE_HALF);
    const aad = additionalData(envelope, keys.storeId, name);
    envelope.set(keys.active.seal(envelope.subarray(NONCE_AT, HEAD), aad, plaintext), HEAD);
    return envelope;
  }

  #recordHalf(): Uint8Array {
    if (this.#sealed >= MOST_RECORDS)
      throw new RangeError("One commit holds at most 2^32 records: commit more often");
    if (this.#at === this.#halves.length) {
      this.#halves = this.#seals.crypto.random(NONCE_HALF * (this.#sealed === 0 ? 1 : NONCES_AT_ONCE));
      this.#at = 0;
    }
    this.#sealed++;
    this.#at += NONCE_HALF;
    return this.#halves.subarray(this.#at - NONCE_HALF, this.#at);
  }
}

/**
 * Seals every payload of one commit's changes; deletions stay `undefined`. `breathe` is called between
 * records and awaited if it returns a promise, so that a large commit does not block the event loop.
 *
 * @example
 * ```ts
 * import { isSealed, nobleCrypto, sealRecords, StoreKeys, webCompression } from "@baba/core/crypto";
 * const keys = new StoreKeys(nobleCrypto, nobleCrypto.random(16), [{ id: 7, key: nobleCrypto.random(32) }]);
 * const seals = { crypto: nobleCrypto, compression: webCompression, keys };
 * const changes = new Map([["1.baba", new Uint8Array([1, 2, 3])]]);
 * for (const [name, envelope] of await sealRecords(changes, seals, () => undefined))
 *   console.log(name, envelope && isSealed(envelope)); // 1.baba true
 * ```
 */
export async function sealRecords(
  changes: Changes,
  seals: Seals,
  breathe: Breathe,
): Promise<Map<string, Uint8Array | undefined>> {
  const sealer = new CommitSealer(seals);
  const sealed = new Map<string, Uint8Array | undefined>();
  for (const [name, payload] of changes) {
    const envelope = payload === undefined ? undefined : sealer.seal(name, payload);
    sealed.set(name, envelope instanceof Promise ? await envelope : envelope);
    const pause = breathe();
    if (pause !== undefined) await pause;
  }
  return sealed;
}

/**
 * Opens a stored record's envelope; returns a promise if decompression does, which rejects with the same
 * errors.
 *
 * @param name the record's name, checked and in NFC; opening fails under any other than it was sealed for
 * @throws `BABA_NOT_SEALED` for a plain record, `BABA_ENVELOPE` if it is no complete envelope of this
 * version, `BABA_KEY_UNKNOWN`, `BABA_TAMPERED` if anything was changed or belongs to another record or store
 * @example
 * ```ts
 * import { CommitSealer, nobleCrypto, openRecord, StoreKeys, webCompression } from "@baba/core/crypto";
 * const keys = new StoreKeys(nobleCrypto, nobleCrypto.random(16), [{ id: 7, key: nobleCrypto.random(32) }]);
 * const seals = { crypto: nobleCrypto, compression: webCompression, keys };
 * const envelope = await new CommitSealer(seals).seal("1.baba", new Uint8Array([1, 2, 3]));
 * console.log(await openRecord(envelope, "1.baba", seals)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export function openRecord(
  envelope: Uint8Array,
  name: string,
  seals: Seals,
): Uint8Array | Promise<Uint8Array> {
  checkShape(envelope, name);
  const payload = xaesOf(envelope, name, seals.keys).open(
    envelope.subarray(NONCE_AT, HEAD),
    additionalData(envelope, seals.keys.storeId, name),
    envelope.subarray(HEAD),
  );
  if (payload === undefined) throw tampered(name);
  if (envelope[1] !== DEFLATED) return payload;
  const inflated = seals.compression.inflate(payload, LONGEST_INFLATED);
  return inflated instanceof Promise
    ? inflated.then((bytes) => mustInflate(bytes, name))
    : mustInflate(inflated, name);
}

/** {@link openRecord} for one of many: an error is returned as the content. */
export function contentOf(envelope: Uint8Array, name: string, seals: Seals): Content | Promise<Content> {
  try {
    const payload = openRecord(envelope, name, seals);
    return payload instanceof Promise ? payload.catch(asContent) : payload;
  } catch (error) {
    return asContent(error);
  }
}

/** The id of an envelope's data key; `undefined` if the envelope was cut short. */
export function keyIdOf(envelope: Uint8Array): number | undefined {
  if (envelope.length < ENVELOPE_OVERHEAD) return undefined;
  return new DataView(envelope.buffer, envelope.byteOffset).getUint32(KEY_ID_AT);
}

/** An error that counts as the content of a record. @throws any other */
export function asContent(error: unknown): BabaError {
  if (error instanceof BabaError) return error;
  throw error;
}

function tampered(name: string): BabaError {
  return recordError(
    "BABA_TAMPERED",
    name,
    "the record is damaged, was changed, or was moved here from another name or store; put it back from a backup",
  );
}

function mustInflate(inflated: Uint8Array | undefined, name: string): Uint8Array {
  if (inflated !== undefined) return inflated;
  throw recordError(
    "BABA_ENVELOPE",
    name,
    "its contents cannot be inflated, or exceed 64 MiB; put it back from a backup",
  );
}

/** Throws unless the bytes have the shape of an envelope of this version; does not authenticate anything. */
function checkShape(envelope: Uint8Array, name: string): void {
  const version = envelope[0];
  const flags = envelope[1] ?? 0;
  if (version === undefined)
    throw recordError("BABA_ENVELOPE", name, "the record is empty; put it back from a backup");
  if (version !== VERSION && isTextByte(version)) {
    throw recordError(
      "BABA_NOT_SEALED",
      name,
      "this store is sealed but the record is not, so it cannot be trusted; add it again to seal it",
    );
  }
  if (version !== VERSION) throw unknownShape(name, `version ${version}, not ${VERSION}`);
  if (envelope.length < ENVELOPE_OVERHEAD)
    throw recordError("BABA_ENVELOPE", name, "the envelope was cut short; put it back from a backup");
  if ((flags & ~DEFLATED) !== 0) throw unknownShape(name, `unknown flags (${flags})`);
}

function unknownShape(name: string, what: string): BabaError {
  return recordError(
    "BABA_ENVELOPE",
    name,
    `the envelope has ${what}: it is damaged, or from a newer BabaDB; put it back from a backup, or open it with that version`,
  );
}

function xaesOf(envelope: Uint8Array, name: string, keys: StoreKeys): Xaes {
  const id = keyIdOf(envelope);
  const xaes = id === undefined ? undefined : keys.find(id);
  if (xaes !== undefined) return xaes;
  throw recordError(
    "BABA_KEY_UNKNOWN",
    name,
    "it was sealed with a data key that this store does not have: it is damaged, from another store, or older than the rewrap() that " +
      "dropped its key. Open it in that store, or in a backup of this whole directory from before",
  );
}

/**
 * The additional data: where the payload is stored, and how it is to be read. Valid until the next call, as
 * `Crypto` keeps no argument: this saves an allocation for each of thousands of records.
 */
function additionalData(envelope: Uint8Array, storeId: Uint8Array, name: string): Uint8Array {
  const nameAt = LABEL.length + NONCE_AT + storeId.length + 4;
  // UTF-8 takes at most three bytes per UTF-16 code unit.
  if (scratch.length < nameAt + 3 * name.length) scratch = new Uint8Array(nameAt + 3 * name.length);
  scratch.set(LABEL);
  for (let i = 0; i < NONCE_AT; i++) scratch[LABEL.length + i] = envelope[i] ?? 0;
  scratch.set(storeId, LABEL.length + NONCE_AT);
  const { written } = utf8.encodeInto(name, scratch.subarray(nameAt));
  putUint32(scratch, nameAt - 4, written);
  return scratch.subarray(0, nameAt + written);
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (24 - 8 * i);
}

/** Whether text can begin with this byte: no control character, other than JSON's white space. */
function isTextByte(byte: number): boolean {
  return byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
