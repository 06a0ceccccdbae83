import { checkUnlock, type Lock, wipeLock } from "../crypto/lock.ts";
import type { Vault } from "../crypto/vault.ts";
import { BabaError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import { type Log, openLog } from "../log/log.ts";
import { printable } from "../printable.ts";
import type { DatabaseContext } from "./assemble.ts";
import { type BabaOptions, checkOptions, directoryOf } from "./options.ts";
import type { OpenedStore } from "./shared-store.ts";
import { warningsOf } from "./warnings.ts";

/**
 * A database's life: its options are checked when it is made, the first use opens its store, and the close
 * waits for all that is under way.
 */
export class Lifetime {
  readonly options: BabaOptions;
  readonly log: Log;
  readonly #context: DatabaseContext;
  readonly #lock: Lock;
  readonly #directory: string;
  readonly #busy = new Set<Promise<unknown>>();
  #store: Promise<OpenedStore> | undefined;
  #vault: Vault | undefined;
  #closing: Promise<void> | undefined;
  /** Nothing is waited for any more. */
  #ended = false;

  /** Does no I/O. @throws `BABA_OPTION`, `BABA_KEY_MISSING`, `BABA_IO` */
  constructor(options: BabaOptions | undefined, context: DatabaseContext) {
    this.options = checkOptions(options);
    this.#lock = checkUnlock(this.options);
    this.#context = context;
    this.#directory = directoryOf(this.options, context.runtime);
    this.log = openLog(this.options.logging, this.options.logLevel, context.runtime);
  }

  /** The directory as the user has named it, for messages. */
  get name(): string {
    return this.options.directory ?? ".";
  }

  /** The keyring's, while the store is open. */
  get fingerprint(): string | undefined {
    return this.#vault?.fingerprint;
  }

  /** Why a new call is refused; `undefined` where it is not. */
  refusal(): BabaError | undefined {
    return this.#closing === undefined ? undefined : closed();
  }

  /** @throws `BABA_CLOSED` from the call of `close` on */
  mustBeOpen(): void {
    const refusal = this.refusal();
    if (refusal !== undefined) throw refusal;
  }

  /** The store, for a call that is made now. @throws `BABA_CLOSED` from the call of `close` on, and as the opening */
  async openedNow(): Promise<OpenedStore> {
    this.mustBeOpen();
    return this.opened();
  }

  /** The store, for work that a close waits for. @throws as the opening */
  async opened(): Promise<OpenedStore> {
    if (this.#ended) throw closed();
    this.#store ??= this.#open();
    return this.#store;
  }

  /** Makes the close wait for this. */
  tracked<T>(work: Promise<T>): Promise<T> {
    const ended = work.finally(() => this.#busy.delete(ended));
    this.#busy.add(ended);
    return ended;
  }

  /** Logs what a check fails with. */
  checked<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      this.log.error(describeError(error));
      throw error;
    }
  }

  /** Logs what work outside of sessions fails with; a session logs what its own calls fail with, the opening among it. */
  async logged<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.log.error(describeError(error));
      throw error;
    }
  }

  /** Waits for what is under way, calls `ended`, and gives up the store. Idempotent. */
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
    // A callback may call this before it has given the promise that is waited for.
    await undefined;
    await Promise.allSettled(this.#busy);
    this.#ended = true;
    ended();
    const store = await this.#store?.catch(() => undefined);
    await store?.storage.close();
    // Its keys are wiped: what it would show now is no fingerprint.
    this.#vault = undefined;
    wipeLock(this.#lock);
    this.log.debug(() => `Closed ${printable(this.name)}`);
  }
}

function closed(): BabaError {
  return new BabaError("BABA_CLOSED", "The database was closed: make a new one to go on.");
}
