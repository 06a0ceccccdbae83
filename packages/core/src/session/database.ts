import { BabaError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import { isSchema, type LoadableSchema, type Schema } from "../model/index.ts";
import { counted, printable } from "../printable.ts";
import type { DatabaseContext } from "./assemble.ts";
import { FolderCache } from "./folder-cache.ts";
import {
  addRecipient,
  changePassphrase,
  recipientsOf,
  removeRecipient,
  rotateKey,
} from "./key-management.ts";
import { Lifetime } from "./lifetime.ts";
import { checkMaintenanceOptions, type MaintenanceOptions, type RecordProblem } from "./maintenance.ts";
import { type BabaOptions, checkOptionNames } from "./options.ts";
import { type RewrapOptions, type RewrapReport, rewrap, seal } from "./rewrap.ts";
import { AsyncSession, type SessionContext } from "./session.ts";
import type { Store } from "./shared-store.ts";
import { checkTransaction, type SessionOptions, type TransactContext, transact } from "./transact.ts";
import { type VerifyReport, verify } from "./verify.ts";

/**
 * A database of records of one model (and, by naming a schema at a call, of others) in one folder.
 * Runtimes' packages derive their `BabaDB` from it.
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
   * Does no I/O; the first use opens.
   *
   * @throws `BABA_OPTION` where an option does not exist or has the wrong kind, `BABA_KEY_MISSING` where one for a key is
   * there and `undefined` or empty, `BABA_IO` where the directory is relative and the working directory was removed
   */
  constructor(schema: S & LoadableSchema<S>, options: BabaOptions | undefined, context: DatabaseContext) {
    if (!isSchema(schema)) {
      throw new BabaError(
        "BABA_OPTION",
        "The first argument must be a schema: one of valibot's, or any Standard Schema.",
      );
    }
    this.#schema = schema;
    this.#context = context;
    this.#lifetime = new Lifetime(options, context);
  }

  /**
   * Opens and recovers now instead of at the first use, to fail early. Idempotent.
   *
   * @throws `BABA_NOT_A_FOLDER`, `BABA_PERMISSION`, `BABA_FORMAT`, `BABA_JOURNAL`, and for keys `BABA_KEY_WRONG`, `BABA_SEALED`, `BABA_KEYRING`,
   * `BABA_NOT_SEALED`
   */
  async open(): Promise<this> {
    await this.#lifetime.logged(this.#lifetime.openedNow());
    return this;
  }

  /**
   * 32 hexadecimal digits that tell the store's keyring from any other, to be noted and pinned by the option `fingerprint`.
   * `undefined` where there is no keyring: before the database was opened and after it was closed, in a plain store, in a new one before its first
   * commit, and with a raw `key`.
   */
  get fingerprint(): string | undefined {
    return this.#lifetime.fingerprint;
  }

  /** A session to be committed by `commit()`; `await using` discards what was not, with a warning. */
  asyncSession(): AsyncSession<S>;
  /**
   * Runs the work and commits when it returns, all or nothing; discards everything when it throws. Runs
   * it again after a conflict.
   *
   * @throws {ConflictError} where every run met a conflict; what `work` throws, and what a session's `commit()` does
   */
  asyncSession<T>(work: (session: AsyncSession<S>) => Promise<T>, options?: SessionOptions): Promise<T>;
  asyncSession<T>(
    work?: (session: AsyncSession<S>) => Promise<T>,
    options?: SessionOptions,
  ): AsyncSession<S> | Promise<T> {
    if (work !== undefined) return this.#lifetime.tracked(this.#transact(work, options));
    this.#lifetime.checked(() => this.#lifetime.mustBeOpen());
    return this.#session({ hold: undefined, refusal: () => this.#lifetime.refusal(), reruns: false });
  }

  /**
   * Locks the store with another passphrase; no record is touched. Who knew the old one, and has a copy of the key file
   * from before, can open that copy: after a leak call `rotateKey()` and `rewrap()` too. Other processes that have the store
   * open go on.
   *
   * @throws `BABA_OPTION` where the database was not opened with a passphrase, `BABA_KEY_MISSING` where `next` is empty
   */
  changePassphrase(next: string): Promise<void> {
    return this.#maintain("Changed the passphrase", (store) => changePassphrase(store, next));
  }

  /** Who may open the store (`age1...`); empty in one that is not locked for identities, and before the first commit has made the key file. */
  recipients(): Promise<string[]> {
    return this.#maintain(undefined, async (store) => recipientsOf(store));
  }

  /**
   * Lets one more open the store; no record is touched. Whether it was not a recipient yet.
   *
   * @throws `BABA_OPTION` where the database was not opened with an identity, or it is no recipient
   */
  addRecipient(recipient: string): Promise<boolean> {
    return this.#maintain(`Added the recipient ${recipient}`, (store) => addRecipient(store, recipient));
  }

  /**
   * Lets one recipient no longer open the store, and rotates the data key, so that what is written from now on is closed
   * to it; the `fingerprint` becomes another, as the old one could be forged. Call `rewrap()` for what was written before. Whether it
   * was a recipient. Where it fails half-way, calling it again finishes it.
   *
   * @throws `BABA_OPTION` where none of one's own identities would be left
   */
  removeRecipient(recipient: string): Promise<boolean> {
    return this.#maintain(`Removed the recipient ${recipient}`, (store) =>
      removeRecipient(store, recipient, this.#context.runtime),
    );
  }

  /**
   * Makes a new data key, with which everything is sealed from now on; the old one is retired and still opens what it
   * sealed. Other processes that have the store open learn of it before they write again.
   *
   * @throws `BABA_OPTION` where the store has no key file
   */
  rotateKey(): Promise<void> {
    return this.#maintain("Rotated the data key", (store) => rotateKey(store, this.#context.runtime));
  }

  /**
   * Seals with the active data key every record that is sealed with a retired one, in commits of some hundred records. It
   * can be cut short and called again.
   *
   * @throws `BABA_OPTION` where the store has no key file
   */
  rewrap(options: RewrapOptions = {}): Promise<RewrapReport> {
    return this.#maintain(undefined, async (store) => {
      checkOptionNames(options, ["onProgress", "dropRetired"]);
      const report = await rewrap(store, checkMaintenanceOptions(options));
      return this.#told("Sealed anew", report.sealed, report);
    });
  }

  /**
   * Makes a sealed store of a plain one: opened with a passphrase or identities, it gets a key file, and every record is
   * sealed, in commits of some hundred. It can be cut short and called again; until it is done, plain records can
   * be read, and afterwards they are refused, and the `fingerprint` is another one: note that. In a store that is sealed it does
   * nothing.
   *
   * @throws `BABA_OPTION` where neither passphrase nor identity was given
   */
  seal(options: MaintenanceOptions = {}): Promise<RewrapReport> {
    return this.#maintain(undefined, async (store) => {
      checkOptionNames(options, ["onProgress"]);
      const report = await seal(store, checkMaintenanceOptions(options));
      return this.#told("Sealed", report.sealed, report);
    });
  }

  /**
   * Reads every record of every folder and tells which cannot be read, were changed or belong elsewhere, or are sealed with
   * a retired key. Changes nothing.
   */
  verify(options: MaintenanceOptions = {}): Promise<VerifyReport> {
    return this.#maintain(undefined, async (store) => {
      checkOptionNames(options, ["onProgress"]);
      const report = await verify(store, checkMaintenanceOptions(options));
      return this.#told("Verified", report.records, report);
    });
  }

  /**
   * Removes the store's write lock, whoever holds it. Only for a person who knows that the holder will
   * not write again: one that is merely slow learns at its next commit that the lock is lost, and fails.
   */
  async forceUnlock(): Promise<void> {
    const lifetime = this.#lifetime;
    await lifetime.logged(lifetime.openedNow().then(({ storage }) => storage.forceUnlock()));
    lifetime.log.warning(`Removed the write lock of ${printable(lifetime.name)} by force`);
  }

  /** Waits for what is under way, puts every file in place and lets go of the folder. Idempotent. */
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
    const context: TransactContext<S> = {
      log: lifetime.log,
      runtime: this.#context.runtime,
      hold: () => lifetime.logged(lifetime.opened().then(({ storage }) => storage.hold())),
      // Never refused: close() waits for this session.
      session: (hold) => this.#session({ hold, refusal: () => undefined, reruns: true }),
    };
    return transact(context, work, retries);
  }

  #session(kind: Pick<SessionContext<S>, "hold" | "refusal" | "reruns">): AsyncSession<S> {
    const { options, log } = this.#lifetime;
    return new AsyncSession<S>({
      ...kind,
      storage: async () => (await this.#lifetime.opened()).storage,
      track: (work) => void this.#lifetime.tracked(work),
      schema: this.#schema,
      log,
      loop: this.#context.loop,
      cache: this.#cache,
      durability: options.durability ?? "full",
      settle: options.settle ?? "commit",
    });
  }

  /** Runs work on the whole store, which a close waits for; `done` is logged at its end, unless it gives `false`. */
  async #maintain<T>(done: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
    const lifetime = this.#lifetime;
    const working = lifetime.openedNow().then(async ({ store }) => {
      const result = await work(store);
      if (done !== undefined && result !== false) lifetime.log.info(printable(done));
      return result;
    });
    return lifetime.tracked(lifetime.logged(working));
  }

  #told<T extends { readonly problems: readonly RecordProblem[] }>(
    what: string,
    count: number,
    report: T,
  ): T {
    const { problems } = report;
    const { log } = this.#lifetime;
    for (const { error } of problems) log.error(describeError(error));
    log.info(`${what}: ${counted(count, "record")}, ${counted(problems.length, "problem")}`);
    return report;
  }
}
