import { checkUnlock, type Lock, wipeLock } from "../../crypto/lock.ts";
import type { Vault } from "../../crypto/vault.ts";
import { type BabaError, closedError } from "../../errors.ts";
import { describeError } from "../../log/describe-error.ts";
import { type Log, openLog } from "../../log/log.ts";
import { counted, printable } from "../../printable.ts";
import { type BabaOptions, checkOptions, directoryOf } from "../options.ts";
import { type SessionTerms, UnitOfWork } from "../unit-of-work.ts";
import type { View } from "../view.ts";
import type { DatabaseContext } from "./assemble.ts";
import type { OpenedStore } from "./shared-store.ts";
import { warningsOf } from "./warnings.ts";

/**
 * A database's life cycle: its options are checked when it is made, its store is opened at first use, and
 * `close()` waits for all pending work.
 */
export class Lifetime {
  readonly options: BabaOptions;
  readonly log: Log;
  readonly #context: DatabaseContext;
  readonly #lock: Lock;
  readonly #directory: string;
  /** The views of sessions that have changes to commit. */
  readonly #unsaved = new Set<View>();
  readonly #busy = new Set<Promise<unknown>>();
  #store: Promise<OpenedStore> | undefined;
  #vault: Vault | undefined;
  #closing: Promise<void> | undefined;
  /** Set when `close()` has waited for all pending work. */
  #ended = false;

  /** Does no I/O. @throws `BABA_OPTION`, `BABA_KEY_MISSING`, `BABA_IO` */
  constructor(options: BabaOptions | undefined, context: DatabaseContext) {
    this.options = checkOptions(options);
    this.#lock = checkUnlock(this.options);
    this.#context = context;
    this.#directory = directoryOf(this.options, context.runtime);
    this.log = openLog(this.options.logging, this.options.logLevel, context.runtime);
  }

  /** The directory as the user named it, for messages. */
  get name(): string {
    return this.options.directory ?? ".";
  }

  /** The keyring's fingerprint, while the store is open. */
  get fingerprint(): string | undefined {
    return this.#vault?.fingerprint;
  }

  /** Why a new call is refused; `undefined` if it is accepted. */
  refusal(): BabaError | undefined {
    return this.#closing === undefined ? undefined : closedError();
  }

  /** @throws `BABA_CLOSED` once `close()` was called */
  mustBeOpen(): void {
    const refusal = this.refusal();
    if (refusal !== undefined) throw refusal;
  }

  /** The store, for a new call. @throws `BABA_CLOSED` once `close()` was called; any error of opening it */
  async openedNow(): Promise<OpenedStore> {
    this.mustBeOpen();
    return this.opened();
  }

  /** The store, for work that `close()` waits for. @throws any error of opening it */
  async opened(): Promise<OpenedStore> {
    if (this.#ended) throw closedError();
    this.#store ??= this.#open();
    return this.#store;
  }

  /**
   * Begins a session; one that `reruns`, after a conflict, is never refused, as `close()` waits for its
   * callback.
   */
  begin({ hold, reruns }: SessionTerms): UnitOfWork {
    const { durability = "full", settle = "commit" } = this.options;
    return new UnitOfWork({
      storage: async () => (await this.opened()).storage,
      refusal: () => (reruns ? undefined : this.refusal()),
      track: (work) => void this.tracked(work),
      reruns,
      log: this.log,
      loop: this.#context.loop,
      unsaved: this.#unsaved,
      hold,
      durability,
      settle,
    });
  }

  /** Makes `close()` wait for this. */
  tracked<T>(work: Promise<T>): Promise<T> {
    const ended = work.finally(() => this.#busy.delete(ended));
    this.#busy.add(ended);
    return ended;
  }

  /** Runs a check and logs its failure. */
  checked<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      this.log.error(describeError(error));
      throw error;
    }
  }

  /** Logs failures of work outside sessions; a session logs those of its own calls, including the opening. */
  async logged<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.log.error(describeError(error));
      throw error;
    }
  }

  /** Waits for pending work, calls `ended` and releases the store. Idempotent. */
  close(ended: () => void): Promise<void> {
    this.#closing ??= this.#close(ended);
    return this.#closing;
  }

  async #open(): Promise<OpenedStore> {
    try {
      const store = await this.#context.openStore(this.#directory, this.#lock, this.log);
      this.#vault = store.store.vault;
      for (const warning of warningsOf(this.name, this.#lock, this.#vault)) this.log.warning(warning);
      return store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  async #close(ended: () => void): Promise<void> {
    // A callback may call `close()` before the promise of its session is tracked.
    await undefined;
    await Promise.allSettled(this.#busy);
    this.#ended = true;
    this.#discardUnsaved();
    ended();
    const store = await this.#store?.catch(() => undefined);
    try {
      await store?.storage.close();
    } finally {
      // Its keys are wiped, so a fingerprint computed now would be wrong.
      this.#vault = undefined;
      wipeLock(this.#lock);
    }
    this.log.debug(() => `Closed ${printable(this.name)}`);
  }

  /** Of sessions that were left open, which can do nothing more. */
  #discardUnsaved(): void {
    let discarded = 0;
    for (const view of this.#unsaved) {
      discarded += view.pending.size;
      view.discard();
    }
    if (discarded > 0)
      this.log.warning(
        `Discarded ${counted(discarded, "change")} that no session had committed before close()`,
      );
  }
}
