/**
 * A promise that knows whether anybody waits for it: `await`, `then` and `catch` count. Only a
 * subclass is asked by `await` through its `then`; a plain promise would not be.
 */
class Call<T> extends Promise<T> {
  #awaited = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise's own method, to learn of its use
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited = true;
    return super.then(fulfilled, rejected);
  }

  /** Whether anybody waits for this call. */
  get awaited(): boolean {
    return this.#awaited;
  }

  /** Resolves at the end, failed or not, after what is told of it then; does not count as waiting. */
  ended(succeeded: () => void, failed: (reason: unknown) => void): Promise<void> {
    return super.then(succeeded, failed);
  }
}

/**
 * The calls of one session, which take effect in the order in which they were called, awaited or not,
 * whatever their schemas take: a read sees the changes called before it and none called after it. A
 * failure that nobody waited for is kept, so that the commit can fail with it.
 */
export class Calls {
  /** The end of the changes called until now; `undefined` where no end is known yet of the one that began in its very call. */
  #changes: Promise<void> | undefined;
  /** The end of the change that began last in its very call; `undefined` where it ended there. */
  #begun: Promise<void> | undefined;
  /** How many changes have not ended. */
  #changing = 0;
  /** The reads since the last change. */
  readonly #reads = new Set<Promise<void>>();
  /** Calls that failed and that nobody had waited for then. */
  #failures: { readonly call: Call<unknown>; readonly reason: unknown }[] = [];

  /** Runs a change after the changes and the reads called before it: in this very call where there is none to wait for. */
  change<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.isBusy) return this.#later(work);
    this.#changing++;
    this.#changes = undefined;
    const call = begin(work);
    this.#begun = call instanceof Call ? this.#ended(call) : undefined;
    if (this.#begun === undefined) this.#changing--;
    // What the work itself has called waits for it already.
    this.#changes ??= this.#begun;
    return call;
  }

  /** Runs a read after the changes called before it, beside other reads: in this very call where there is none to wait for. */
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

  /** The end of a change, failed or not. */
  #ended(call: Call<unknown>): Promise<void> {
    return call.ended(
      () => void this.#changing--,
      (reason) => {
        this.#changing--;
        this.#failed(call, reason);
      },
    );
  }

  /** Resolves when all changes until now have ended: that of one whose very call this is in is known only afterwards. */
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

  /** Runs a change that fails, without being run, with the first failure that nobody waited for. */
  conclude<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#later(async () => {
      const unseen = this.#failures.find(({ call }) => !call.awaited);
      this.#failures = [];
      if (unseen !== undefined) throw unseen.reason;
      return work();
    });
  }

  /** Runs a change that undoes those before it, so that their failures are forgotten. */
  discard(work: () => void): void {
    void this.#later(async () => {
      this.#failures = [];
      work();
    });
  }

  /** Whether calls are under way. */
  get isBusy(): boolean {
    return this.#changing > 0 || this.#reads.size > 0;
  }

  /** Resolves when all calls until now have ended. */
  idle(): Promise<void> {
    if (this.#reads.size === 0) return this.#changed();
    return Promise.all([this.#changed(), ...this.#reads]).then(() => undefined);
  }

  #failed(call: Call<unknown>, reason: unknown): void {
    if (!call.awaited) this.#failures.push({ call, reason });
  }
}

function start<T>(before: Promise<void>, work: () => T | Promise<T>): Call<T> {
  return new Call<T>((resolve, reject) => void before.then(work).then(resolve, reject));
}

/** Runs what waits for nothing; what succeeds in this very call is no call that anything has to wait for. */
function begin<T>(work: () => T | Promise<T>): Call<T> | Promise<T> {
  try {
    const result = work();
    if (!(result instanceof Promise)) return Promise.resolve(result);
    return new Call<T>((resolve, reject) => void result.then(resolve, reject));
  } catch (error) {
    return new Call<T>((_, reject) => reject(error));
  }
}
