import { optionError } from "../../errors.ts";
import { describeError } from "../../log/describe-error.ts";
import { isSchema, type LoadableSchema, type Schema } from "../../model/index.ts";
import { counted, printable } from "../../printable.ts";
import type { Hold } from "../../storage/storage.ts";
import { FolderCache } from "../folder-cache.ts";
import * as keys from "../maintenance/key-management.ts";
import type { RecordProblem } from "../maintenance/problems.ts";
import { type RewrapOptions, type RewrapReport, rewrap, seal } from "../maintenance/rewrap.ts";
import { type VerifyReport, verify } from "../maintenance/verify.ts";
import type { MaintenanceOptions } from "../maintenance/walk.ts";
import type { BabaOptions } from "../options.ts";
import { AsyncSession } from "../session.ts";
import { type Begun, checkTransaction, type SessionOptions, transact } from "../transact.ts";
import type { SessionTerms } from "../unit-of-work.ts";
import type { DatabaseContext } from "./assemble.ts";
import { Lifetime } from "./lifetime.ts";
import type { Store } from "./shared-store.ts";

/**
 * A database of records of one model in one folder; a call can pass a schema to use another model. Runtimes'
 * packages derive their `BabaDB` from it.
 *
 * Calls throw `BABA_CLOSED` after `close()`, `BABA_OPTION` for an argument of the wrong kind, and any error of
 * `open()`, as the first one opens the store. Changes of keys also throw `BABA_NOT_SEALED` if the store is
 * plain, `LockedError`, `CommitUnknownError`, and what a commit throws that cannot be written.
 *
 * @example
 * ```ts
 * import { assemble, Database } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * import * as v from "valibot";
 * await using db = new Database(v.object({ id: v.number() }), { logging: false }, assemble(memoryRuntime()));
 * await db.asyncSession((session) => session.add({ id: 1 }));
 * console.log(await db.asyncSession((session) => session.get("1.baba"))); // { id: 1 }
 * ```
 */
export class Database<S extends Schema> {
  readonly #schema: S;
  readonly #context: DatabaseContext;
  readonly #lifetime: Lifetime;
  readonly #cache = new FolderCache();

  /**
   * Does no I/O: the store is opened at first use.
   *
   * @throws `BABA_OPTION` if an option is unknown or of the wrong kind, `BABA_KEY_MISSING` if an option for a
   * key is `undefined` or empty, `BABA_IO` if the directory is relative and the working directory was removed
   */
  constructor(schema: S & LoadableSchema<S>, options: BabaOptions | undefined, context: DatabaseContext) {
    if (!isSchema(schema)) {
      throw optionError("The first argument must be a schema: one of valibot's, or any Standard Schema.");
    }
    this.#schema = schema;
    this.#context = context;
    this.#lifetime = new Lifetime(options, context);
  }

  /**
   * Opens and recovers the store now rather than at first use, to fail early. Idempotent.
   *
   * @throws `BABA_NOT_A_FOLDER`, `BABA_NOT_A_RECORD` for a link in `.baba` or its place, `BABA_NAME`, `BABA_IO`,
   * `BABA_PERMISSION`, `BABA_FORMAT`, `BABA_JOURNAL`, `BABA_CODEC`, and for keys `BABA_KEY_WRONG`, `BABA_SEALED`,
   * `BABA_KEYRING`, `BABA_KEY_UNKNOWN`, `BABA_NOT_SEALED`, `BABA_OPTION` if you are not among a new store's recipients
   */
  async open(): Promise<this> {
    await this.#lifetime.logged(this.#lifetime.openedNow());
    return this;
  }

  /**
   * 32 hexadecimal digits that identify the store's keyring. Note them, and pin them with the option
   * `fingerprint`. `undefined` if there is no keyring: before the database is opened and after it is closed,
   * in a plain store, in a new one before its first commit or change of keys, and with a raw `key`.
   */
  get fingerprint(): string | undefined {
    return this.#lifetime.fingerprint;
  }

  /**
   * A session to be committed with `commit()`; `await using` discards uncommitted changes, with a warning.
   *
   * @example
   * ```ts
   * import { assemble, Database } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * await using db = new Database(v.object({ id: v.number() }), { logging: false }, assemble(memoryRuntime()));
   * await using session = db.asyncSession();
   * await session.add({ id: 1 });
   * session.rollback();
   * await session.add({ id: 2 });
   * await session.commit();
   * console.log(await session.all()); // [ { id: 2 } ]
   * ```
   */
  asyncSession(): AsyncSession<S>;
  /**
   * Runs `work` in a session and commits atomically when it returns; discards everything if it throws. After
   * a conflict, `work` runs again. Resolves to what `work` returns.
   *
   * @throws {ConflictError} if every run met a conflict; any error of `work` or of the session's `commit()`
   * @example
   * ```ts
   * import { assemble, Database } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const Visits = v.object({ id: v.string(), count: v.number() });
   * await using db = new Database(Visits, { logging: false }, assemble(memoryRuntime()));
   * const visit = () =>
   *   db.asyncSession(async (session) => {
   *     const { count } = (await session.get("home.baba")) ?? { count: 0 };
   *     await session.add({ id: "home", count: count + 1 });
   *     return count + 1;
   *   });
   * const counts = await Promise.all([visit(), visit(), visit()]); // no visit is lost
   * console.log(counts.sort()); // [ 1, 2, 3 ]
   * ```
   */
  asyncSession<T>(work: (session: AsyncSession<S>) => Promise<T>, options?: SessionOptions): Promise<T>;
  asyncSession<T>(
    work?: (session: AsyncSession<S>) => Promise<T>,
    options?: SessionOptions,
  ): AsyncSession<S> | Promise<T> {
    if (work !== undefined) return this.#lifetime.tracked(this.#transact(work, options));
    this.#lifetime.checked(() => this.#lifetime.mustBeOpen());
    if (options !== undefined) this.#lifetime.checked(() => checkTransaction(work, options));
    return this.#begin({ hold: undefined, reruns: false }).session;
  }

  /**
   * Changes the store's passphrase without touching any record. Someone with the old passphrase and an
   * earlier copy of the key file can still open that copy: after a leak, call `rotateKey()` and `rewrap()`
   * too. Other processes that have the store open go on until the next `rotateKey()`; from then on they need
   * to open it with the new passphrase.
   *
   * @throws `BABA_OPTION` if the database has no passphrase, `BABA_KEY_MISSING` if `next` is empty
   */
  changePassphrase(next: string): Promise<void>;
  changePassphrase(next: string, another?: unknown): Promise<void> {
    return this.#maintain(
      (store) => keys.changePassphrase(store, next, another),
      () => "Changed the passphrase",
    );
  }

  /** Who can open the store (`age1...`); empty if it has no recipients, and if it is new and has no key file yet. */
  recipients(): Promise<string[]> {
    return this.#maintain(keys.listRecipients);
  }

  /**
   * Lets another recipient open the store; touches no record. Resolves to `false` if it already could.
   *
   * @throws `BABA_OPTION` if the database was not opened with an identity, or has 1,000 recipients
   * @example
   * ```ts
   * import { assemble, Database, generateIdentity, recipientOf } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const options = { identity: await generateIdentity(), logging: false };
   * await using db = new Database(v.object({ id: v.number() }), options, assemble(memoryRuntime()));
   * const friend = await recipientOf(await generateIdentity());
   * console.log(await db.addRecipient(friend)); // true
   * console.log((await db.recipients()).includes(friend)); // true
   * ```
   */
  addRecipient(recipient: string): Promise<boolean>;
  addRecipient(recipient: string, another?: unknown): Promise<boolean> {
    return this.#maintain(
      (store) => keys.addRecipient(store, recipient, another),
      (added) => added && `Added the recipient ${recipient}`,
    );
  }

  /**
   * Stops a recipient from opening the store and rotates the data key, so that it cannot read later writes.
   * The `fingerprint` changes, as the recipient could forge the old one. Call `rewrap()` for earlier records.
   * Resolves to whether it was a recipient. If this fails half-way, call it again to finish.
   *
   * @throws `BABA_OPTION` if none of your own identities would be left, or the database was not opened with
   * one; `BABA_KEYRING` if there are 1,000 data keys
   * @example
   * ```ts
   * import { assemble, Database, generateIdentity, recipientOf } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const options = { identity: await generateIdentity(), logging: false };
   * await using db = new Database(v.object({ id: v.number() }), options, assemble(memoryRuntime()));
   * const friend = await recipientOf(await generateIdentity());
   * await db.addRecipient(friend);
   * await db.asyncSession((session) => session.add({ id: 1 }));
   * console.log(await db.removeRecipient(friend)); // true
   * console.log((await db.rewrap({ dropRetired: true })).sealed); // 1
   * ```
   */
  removeRecipient(recipient: string): Promise<boolean>;
  removeRecipient(recipient: string, another?: unknown): Promise<boolean> {
    return this.#maintain(
      (store) => keys.removeRecipient(store, recipient, this.#context.runtime, another),
      (removed) => removed && `Removed the recipient ${recipient}`,
    );
  }

  /**
   * Makes a new data key, which seals everything from now on; the old one is retired and only opens what it
   * sealed. Other processes that have the store open learn of it before they write again; those that opened
   * it with a passphrase that was changed since fail then, with `BABA_KEY_WRONG`.
   *
   * @throws `BABA_OPTION` if the store has no key file, `BABA_KEYRING` if there are 1,000 data keys
   */
  rotateKey(): Promise<void> {
    const work = (store: Store) => keys.rotateKey(store, this.#context.runtime);
    return this.#maintain(work, () => "Rotated the data key");
  }

  /**
   * Re-seals with the active data key every record that a retired one sealed, in commits of some hundred
   * records. It can be interrupted and called again.
   *
   * @throws `BABA_OPTION` without a key file; with `dropRetired`, {ConflictError} if not all is sealed anew yet
   */
  rewrap(options: RewrapOptions = {}): Promise<RewrapReport> {
    return this.#examine(
      (store) => rewrap(store, options),
      ({ sealed }) => `Sealed again: ${counted(sealed, "record")}`,
    );
  }

  /**
   * Turns a plain store, opened with a passphrase or identities, into a sealed one: makes a key file and
   * seals every record, in commits of some hundred. It can be interrupted and called again. Plain records are
   * readable until it is done and refused afterwards; the `fingerprint` then changes: note the new one. Does
   * nothing in a sealed store.
   *
   * @throws `BABA_OPTION` without passphrase or identity, or if a folder is another store's directory;
   * {ConflictError} if a plain record was added meanwhile
   * @example
   * ```ts
   * import { assemble, Database, generateIdentity } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const context = assemble(memoryRuntime());
   * const Note = v.object({ id: v.number() });
   * const plain = new Database(Note, { logging: false }, context);
   * await plain.asyncSession((session) => session.add({ id: 1 }));
   * await plain.close();
   * await using db = new Database(Note, { identity: await generateIdentity(), logging: false }, context);
   * console.log((await db.seal()).sealed); // 1
   * ```
   */
  seal(options: MaintenanceOptions = {}): Promise<RewrapReport> {
    return this.#examine(
      (store) => seal(store, options),
      ({ sealed }) => `Sealed: ${counted(sealed, "record")}`,
    );
  }

  /**
   * Reads every record in every folder and reports those that cannot be read, were tampered with, belong
   * elsewhere or are sealed with a retired key. Changes nothing.
   *
   * @example
   * ```ts
   * import { assemble, Database, generateIdentity } from "@baba/core";
   * import { memoryRuntime } from "@baba/core/testing";
   * import * as v from "valibot";
   * const options = { identity: await generateIdentity(), logging: false };
   * await using db = new Database(v.object({ id: v.number() }), options, assemble(memoryRuntime()));
   * await db.asyncSession((session) => session.add({ id: 1 }));
   * await db.rotateKey();
   * const { records, problems } = await db.verify();
   * console.log(records, problems.map(({ filename, code }) => `${filename} ${code}`)); // 1 [ "1.baba BABA_KEY_RETIRED" ]
   * ```
   */
  verify(options: MaintenanceOptions = {}): Promise<VerifyReport> {
    return this.#examine(
      (store) => verify(store, options),
      ({ records }) => `Verified: ${counted(records, "record")}`,
    );
  }

  /**
   * Removes the store's write lock, whoever holds it. Only for a human who knows that the holder will not
   * write again: a holder that is merely slow fails at its next commit.
   */
  async forceUnlock(): Promise<void> {
    await this.#maintain(({ storage }) => storage.forceUnlock());
    const { log, name } = this.#lifetime;
    log.warning(`Nobody holds the write lock of ${printable(name)} any more: forceUnlock() was called`);
  }

  /** Waits for pending work, puts every file in place and releases the folder. Idempotent. */
  close(): Promise<void> {
    return this.#lifetime.close(() => this.#cache.close());
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #transact<T>(
    work: (session: AsyncSession<S>) => Promise<T>,
    options: SessionOptions | undefined,
  ): Promise<T> {
    const lifetime = this.#lifetime;
    const retries = lifetime.checked(() => {
      lifetime.mustBeOpen();
      return checkTransaction(work, options);
    });
    const context = {
      log: lifetime.log,
      runtime: this.#context.runtime,
      hold: () => lifetime.logged(lifetime.opened().then(({ storage }) => storage.hold())),
      begin: (hold: Hold | undefined) => this.#begin({ hold, reruns: true }),
    };
    return transact(context, work, retries);
  }

  #begin(terms: SessionTerms): Begun<S> {
    const unit = this.#lifetime.begin(terms);
    return { unit, session: new AsyncSession(unit, this.#schema, this.#cache) };
  }

  /** Runs work that `close()` waits for, and logs what was done, if anything was. */
  async #maintain<T>(work: (store: Store) => Promise<T>, done?: (result: T) => string | false): Promise<T> {
    const lifetime = this.#lifetime;
    const working = lifetime.openedNow().then(async ({ store }) => {
      const result = await work(store);
      const message = done?.(result);
      if (message) lifetime.log.info(printable(message));
      return result;
    });
    return lifetime.tracked(lifetime.logged(working));
  }

  /** The same for work on all records, each problem of which is logged as an error. */
  #examine<T extends { readonly problems: readonly RecordProblem[] }>(
    work: (store: Store) => Promise<T>,
    done: (report: T) => string,
  ): Promise<T> {
    return this.#maintain(work, (report) => {
      const { problems } = report;
      for (const { error } of problems) this.#lifetime.log.error(describeError(error));
      return `${done(report)}, ${counted(problems.length, "problem")}`;
    });
  }
}
