import type { FileSystem } from "../file-system/file-system.ts";
import type { Breathe } from "../runtime/event-loop.ts";
import type { JournalSeal } from "../storage/journal/seal.ts";
import { JOURNAL_FOLDER } from "../storage/layout.ts";
import { Mutex } from "../storage/mutex.ts";
import type { Protection, Reveal } from "../storage/protection.ts";
import type { Changes, Content, Hold } from "../storage/storage.ts";
import type { Compression } from "./compression.ts";
import type { Crypto } from "./crypto.ts";
import { asContent, type Seals, sealRecords } from "./envelope.ts";
import { assureKeyFile, type FileLock, isFileLock, readKeyFile } from "./key-file.ts";
import type { Keyring } from "./keyring.ts";
import { copyOfLock, type Lock, sameLock, wipeLock } from "./lock.ts";
import {
  noKeyring,
  notThePinned,
  pinnedButMissing,
  plainJournal,
  plainStore,
  plainUnderRawKey,
  sealedWithoutKey,
  unknownSeal,
} from "./refusals.ts";
import { contentsOf, inDoubt, isDoubtful, isSealedContent, type Kept, type KeysAtHand } from "./reveal.ts";
import { beginsSealed, hasJournal, mustFitRecords, mustNotBeSealed } from "./survey.ts";
import {
  createLock,
  fileLock,
  type OpenedKeys,
  openedKeys,
  pinnedTo,
  rewriteLock,
  takesOver,
  type Unlocked,
  unlock,
  unlockSuccessor,
  wipeKeys,
} from "./unlock.ts";

/** What a vault needs. */
export type VaultContext = {
  readonly crypto: Crypto;
  readonly compression: Compression;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called between the steps of long work, and awaited if it returns a promise. */
  readonly breathe: Breathe;
};

/** The write lock, held. */
type Held = Pick<Hold, "mustHold">;

/** Returns a changed keyring, or the same one. */
type Change = (keyring: Keyring, crypto: Crypto) => Keyring;

/**
 * One store's keys, while this process has it open. Opens the store's lock, makes a new store's keyring,
 * seals and opens records and journal, and follows changes of the keyring by other processes. If the store is
 * opened without a key, makes sure that nothing in it is sealed.
 *
 * @example
 * ```ts
 * import { memoryFileSystem } from "@baba/core";
 * import { nobleCrypto, Vault, webCompression } from "@baba/core/crypto";
 * const context = { crypto: nobleCrypto, compression: webCompression, now: Date.now, breathe: () => undefined };
 * const vault = new Vault(memoryFileSystem(), { kind: "key", key: new Uint8Array(32).fill(1) }, context);
 * await vault.open();
 * console.log((await vault.seal(new Map([["1.baba", new Uint8Array([1, 2, 3])]]))).get("1.baba")?.length); // 49
 * vault.close();
 * ```
 */
export class Vault implements Protection {
  readonly #files: FileSystem;
  readonly #context: VaultContext;
  #lock: Lock;
  #unlocked: Unlocked = { state: "plain" };
  /** The key file that `#unlocked` is from. */
  #file: Uint8Array | undefined;
  /** The key file that is known to survive a power cut. */
  #assured: Uint8Array | undefined;
  /** Formerly opened keys of which the later ones lack some: pending work may still need these. */
  readonly #earlier: OpenedKeys[] = [];
  /** A refresh that has not begun yet. */
  #refreshing: Promise<void> | undefined;
  #closed = false;
  /** Whether commits look if sealing has ended: a key file that cannot be opened keeps no commit waiting again. */
  #canFollow = true;
  /** Serializes reading and adopting, or replacing, the key file: an older one is never adopted later. */
  readonly #turns = new Mutex();
  /** A plain record that was there when the store was opened with a key, but without a keyring. */
  #plain: string | undefined;

  /** Does no I/O; the lock's bytes are copied. */
  constructor(files: FileSystem, lock: Lock, context: VaultContext) {
    this.#files = files;
    this.#lock = copyOfLock(lock);
    this.#context = context;
  }

  /** The keyring; `undefined` in a plain store, in a new one, and with a raw key. */
  get keyring(): Keyring | undefined {
    return this.#opened?.keyring;
  }

  /** The kind of lock that the store was opened with. */
  get lockKind(): Lock["kind"] {
    return this.#lock.kind;
  }

  /** A plain record that is in the way of the given key; `undefined` once there is a keyring. */
  get plainRecord(): string | undefined {
    return this.keyring === undefined ? this.#plain : undefined;
  }

  /** The active data key's id; `undefined` in a plain store, and in a new one before its first commit. */
  get activeId(): number | undefined {
    return this.#opened?.keys.activeId;
  }

  /** The keyring's fingerprint, if there is a keyring. */
  get fingerprint(): string | undefined {
    return this.keyring?.fingerprint(this.#context.crypto);
  }

  get journal(): JournalSeal | undefined {
    return this.#opened?.keys.cipher();
  }

  /**
   * For changes of the key file, or of what it locks.
   *
   * @throws `BABA_OPTION` unless the store was opened with the lock of a key file, and of this kind if one is given
   */
  mustHaveKeyFile(kind: Lock["kind"] = this.lockKind): void {
    if (!isFileLock(this.#lock) || kind !== this.lockKind) throw noKeyring();
  }

  /** Whether the store was opened with this lock. */
  isOpenedBy(lock: Lock): boolean {
    return sameLock(this.#context.crypto, this.#lock, lock);
  }

  /**
   * Pins the keyring to a fingerprint from now on, for another user of the store.
   *
   * @throws `BABA_KEYRING` if it has another one, or there is no keyring yet, so any could be made
   */
  async pin(fingerprint: string): Promise<void> {
    if (this.#lock.kind !== "identity" || this.#lock.fingerprint === fingerprint) return;
    await this.#inTurn(() => this.#pin(fingerprint));
  }

  async open(): Promise<void> {
    this.#file = await readKeyFile(this.#files);
    this.#unlocked = await unlock(this.#context.crypto, this.#file, this.#lock);
    if (this.#unlocked.state === "new") await this.#surveyNew();
    else if (this.keyring === undefined && !(await hasJournal(this.#files)))
      this.#plain = await mustFitRecords(this.#files, this.#opened?.keys);
    if (this.#closed) this.close();
  }

  async findSeal(keyId: number | undefined, segment: string): Promise<JournalSeal | undefined> {
    if (keyId === undefined) return this.#admitPlain(segment);
    if (this.lockKind === "none") throw sealedWithoutKey(segment);
    const known = this.#opened?.keys.cipher(keyId);
    if (known !== undefined) return known;
    await this.refresh();
    const found = this.#opened?.keys.cipher(keyId);
    if (found !== undefined) return found;
    throw unknownSeal(segment, this.#opened);
  }

  async prepare(): Promise<void> {
    if (this.#unlocked.state === "new") await this.refresh();
    // Nothing else tells that sealing has ended, and a later keyring may share nothing with one from before.
    if (this.keyring?.converting === true && this.#canFollow)
      await this.refresh().catch(() => {
        this.#canFollow = false;
      });
    if (this.#unlocked.state !== "new") return this.#assure();
    const plain = await mustNotBeSealed(this.#files);
    if (plain !== undefined || (await hasJournal(this.#files))) throw plainStore(plain ?? JOURNAL_FOLDER);
    await this.#create(this.#unlocked.lock, false);
  }

  seal(changes: Changes): Changes | Promise<Changes> {
    const seals = this.#seals();
    return seals === undefined ? changes : sealRecords(changes, seals, this.#context.breathe);
  }

  revealing(): Reveal {
    const former = this.#seals();
    return (names, kept) =>
      this.lockKind === "none" && !kept.some(isSealedContent) ? kept : this.#reveal({ names, kept }, former);
  }

  async #reveal(records: Kept, former: Seals | undefined): Promise<readonly Content[]> {
    const { breathe } = this.#context;
    const now = this.#atHand;
    const contents = await contentsOf(records, now, former, breathe);
    if (!isDoubtful(records.kept, contents, now)) return contents;
    const failure = await this.refresh().then(() => undefined, asContent);
    if (failure !== undefined) return inDoubt(records, contents, failure);
    const after = this.#atHand;
    return after.seals?.keys === now.seals?.keys ? contents : contentsOf(records, after, former, breathe);
  }

  async #pin(fingerprint: string): Promise<void> {
    if (this.fingerprint !== fingerprint) await this.#openAgain();
    if (this.fingerprint === undefined) throw pinnedButMissing();
    if (this.fingerprint !== fingerprint || this.#lock.kind !== "identity") throw notThePinned();
    this.#lock = { ...this.#lock, fingerprint };
  }

  /** Makes the keyring of a store with plain records, which are to be sealed later. Under the write lock. */
  async beginConversion(): Promise<void> {
    await this.refresh();
    if (this.#unlocked.state === "new") await this.#create(this.#unlocked.lock, true);
  }

  /**
   * Reads the key file, and opens it if it has changed. Under the write lock, the result stays current, as
   * nobody else can change the file.
   *
   * @throws `BABA_KEYRING`, `BABA_KEY_WRONG` if the new one is not a successor of the old, or is locked for
   * others
   */
  refresh(): Promise<void> {
    // A refresh that has begun may have read the old file.
    this.#refreshing ??= this.#inTurn(async () => {
      this.#refreshing = undefined;
      await this.#openAgain();
    });
    return this.#refreshing;
  }

  /**
   * Replaces the keyring durably, and the passphrase if one is given, under the write lock. Locking a keyring
   * may take a second: if the lock was taken away meanwhile, another process's key file must not be
   * overwritten.
   *
   * @throws `BABA_OPTION` if there is no keyring, or if `passphrase` does not fit the kind of lock; and what
   * `hold.mustHold` throws
   */
  rewrite(change: Change, hold: Held, passphrase?: string): Promise<void> {
    return this.#inTurn(() => this.#rewrite(change, hold, passphrase));
  }

  async #rewrite(change: Change, hold: Held, passphrase?: string): Promise<void> {
    await this.#openAgain();
    const { crypto } = this.#context;
    const lock = fileLock(this.#lock, passphrase);
    if (this.keyring === undefined || lock === undefined) throw noKeyring();
    const next = change(this.keyring, crypto);
    const pinned = pinnedTo(lock, next.fingerprint(crypto));
    try {
      await rewriteLock(crypto, this.#files, { keyring: next, lock, mustHold: () => hold.mustHold() });
      await hold.mustHold();
    } catch (error) {
      // The new file may be in place although its folder's sync failed: then it is what counts.
      if (await this.#openAgain(pinned).catch(() => false)) this.#lock = pinned;
      throw error;
    }
    this.#lock = pinned;
    this.#adopt(await readKeyFile(this.#files), openedKeys(crypto, next));
    this.#assured = this.#file;
  }

  close(): void {
    this.#closed = true;
    const opened = this.#opened;
    for (const keys of opened === undefined ? this.#earlier : [...this.#earlier, opened]) wipeKeys(keys);
    wipeLock(this.#lock);
  }

  /** A sealed record is no sign of a lost key file if another process has made both since the look for one. */
  async #surveyNew(): Promise<void> {
    try {
      this.#plain = await mustNotBeSealed(this.#files);
    } catch (error) {
      await this.refresh();
      if (this.#unlocked.state === "new") throw error;
    }
  }

  get #opened(): OpenedKeys | undefined {
    return this.#unlocked.state === "sealed" ? this.#unlocked : undefined;
  }

  get #atHand(): KeysAtHand {
    const { lockKind, plainRecord, keyring } = this;
    return { lockKind, plainRecord, keyring, seals: this.#seals() };
  }

  #seals(): Seals | undefined {
    const { crypto, compression } = this.#context;
    return this.#opened && { crypto, compression, keys: this.#opened.keys };
  }

  /** Plain segments are only legitimate until the store is sealed. */
  async #admitPlain(segment: string): Promise<undefined> {
    if (this.keyring?.converting === true) await this.refresh();
    const opened = this.#opened;
    if (opened === undefined || opened.keyring?.converting === true) return;
    // With a raw key there is no key file: the records tell whether this is a plain store.
    const isPlainStore = opened.keyring === undefined && !(await beginsSealed(this.#files));
    throw isPlainStore ? plainUnderRawKey(segment) : plainJournal(segment);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#turns.acquire();
    return work().finally(release);
  }

  /** Opens the key file if it has changed; returns whether it has. */
  async #openAgain(lock = this.#lock): Promise<boolean> {
    const { crypto } = this.#context;
    const file = await readKeyFile(this.#files);
    // If the key file was removed, those who have the store open keep their keys.
    if (file === undefined || (this.#file !== undefined && crypto.equal(file, this.#file))) return false;
    const past = () => [...this.#earlier, this.#opened];
    this.#adopt(file, await unlockSuccessor(crypto, file, lock, past));
    return true;
  }

  #adopt(file: Uint8Array | undefined, unlocked: OpenedKeys): void {
    const opened = this.#opened;
    if (opened !== undefined && !takesOver(unlocked, opened)) this.#earlier.push(opened);
    this.#file = file;
    this.#unlocked = unlocked;
    // The key file was still being opened when the vault was closed.
    if (this.#closed) this.close();
  }

  async #assure(): Promise<void> {
    if (this.plainRecord !== undefined) throw plainUnderRawKey(this.plainRecord);
    const file = this.#file;
    if (file === this.#assured) return;
    await assureKeyFile(this.#files);
    this.#assured = file;
  }

  async #create(lock: FileLock, converting: boolean): Promise<void> {
    const { crypto, now } = this.#context;
    const opened = await createLock(crypto, this.#files, lock, { now: now(), converting });
    this.#adopt(await readKeyFile(this.#files), opened);
  }
}
