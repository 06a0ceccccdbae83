/**
 * A promise that knows whether anyone awaits it: `await`, `then` and `catch` count. It must be a subclass: on
 * a plain promise, `await` does not call `then`.
 */
class Call<T> extends Promise<T> {
  #awaited = false;
  #noticed: (() => void) | undefined;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: overrides a promise's own method, to learn that it is used
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited = true;
    this.#noticed?.();
    return super.then(fulfilled, rejected);
  }

  get awaited(): boolean {
    return this.#awaited;
  }

  /** Lets `noticed` be called if somebody awaits it after all. */
  whenAwaited(noticed: () => void): void {
    this.#noticed = noticed;
  }

  /** Resolves once the call has settled and its callback has run; does not count as awaiting it. */
  ended(succeeded: () => void, failed: (reason: unknown) => void): Promise<void> {
    return super.then(succeeded, failed);
  }
}

/**
 * The calls of one session. They take effect in the order in which they were made, awaited or not, however
 * long their schemas take: a read sees the changes made before it and none made after it. A failure that
 * nobody awaited is kept, so that the commit can fail with it.
 */
export class Calls {
  /** The end of the changes so far; `undefined` while, and after, the last one ran synchronously. */
  #changes: Promise<void> | undefined;
  /** The end of the last change that began synchronously; `undefined` if it also ended synchronously. */
  #begun: Promise<void> | undefined;
  /** The number of pending changes. */
  #changing = 0;
  /** The pending reads since the last change. */
  readonly #reads = new Set<Promise<void>>();
  /** The reasons of failed calls that nobody has awaited so far, in order. */
  readonly #failures = new Map<Call<unknown>, { readonly reason: unknown }>();

  /** Runs a change after all earlier changes and reads: synchronously if none is pending. */
  change<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.isBusy) return this.#later(work);
    this.#changing++;
    this.#changes = undefined;
    const call = begin(work);
    this.#begun = call instanceof Call ? this.#ended(call) : undefined;
    if (this.#begun === undefined) this.#changing--;
    // Calls made by the work itself already wait for it.
    this.#changes ??= this.#begun;
    return call;
  }

  /** Runs a read after all earlier changes, beside other reads: synchronously if no change is pending. */
  read<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#changing > 0) return this.#noted(start(this.#changed(), work));
    const call = begin(work);
    return call instanceof Call ? this.#noted(call) : call;
  }

  #later<T>(work: () => T | Promise<T>): Promise<T> {
    const call = start(this.idle(), work);
    this.#reads.clear();
    this.#changing++;
    this.#changes = this.#ended(call);
    return call;
  }

  /** Resolves when a change has settled. */
  #ended(call: Call<unknown>): Promise<void> {
    return call.ended(
      () => void this.#changing--,
      (reason) => {
        this.#changing--;
        this.#failed(call, reason);
      },
    );
  }

  /** Resolves when all changes so far have ended; the end of one still running synchronously comes later. */
  #changed(): Promise<void> {
    return this.#changes ?? Promise.resolve().then(() => this.#begun);
  }

  #noted<T>(call: Call<T>): Promise<T> {
    const ended = call.ended(
      () => undefined,
      (reason) => this.#failed(call, reason),
    );
    this.#reads.add(ended);
    void ended.then(() => this.#reads.delete(ended));
    return call;
  }

  /** Runs a change, or fails with the first failure that nobody awaited instead of running it. */
  conclude<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#later(async () => {
      const [unseen] = this.#failures.values();
      this.#failures.clear();
      if (unseen !== undefined) throw unseen.reason;
      return work();
    });
  }

  /** Runs a change that undoes the earlier ones, so their failures are forgotten. */
  discard(work: () => void): void {
    void this.#later(async () => {
      this.#failures.clear();
      work();
    });
  }

  /** Whether any call is pending. */
  get isBusy(): boolean {
    return this.#changing > 0 || this.#reads.size > 0;
  }

  /** Resolves when all calls so far have ended. */
  idle(): Promise<void> {
    if (this.#reads.size === 0) return this.#changed();
    return Promise.all([this.#changed(), ...this.#reads]).then(() => undefined);
  }

  #failed(call: Call<unknown>, reason: unknown): void {
    if (call.awaited) return;
    this.#failures.set(call, { reason });
    // An `await` is heard of a moment after the failure, and a session without commits would keep them all.
    call.whenAwaited(() => this.#failures.delete(call));
  }
}

function start<T>(before: Promise<void>, work: () => T | Promise<T>): Call<T> {
  return new Call<T>((resolve, reject) => void before.then(work).then(resolve, reject));
}

/** Runs work synchronously; what succeeds at once is no `Call`, as nothing has to wait for it. */
function begin<T>(work: () => T | Promise<T>): Call<T> | Promise<T> {
  try {
    const result = work();
    if (!(result instanceof Promise)) return Promise.resolve(result);
    return new Call<T>((resolve, reject) => void result.then(resolve, reject));
  } catch (error) {
    return new Call<T>((_, reject) => reject(error));
  }
}
