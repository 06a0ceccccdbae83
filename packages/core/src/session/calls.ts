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

  /** Resolves at the end, failed or not, and does not count as waiting. */
  ended(failed: (reason: unknown) => void = () => undefined): Promise<void> {
    return super.then(() => undefined, failed);
  }
}

/**
 * The calls of one session, which take effect in the order in which they were called, awaited or not,
 * whatever their schemas take: a read sees the changes called before it and none called after it. A
 * failure that nobody waited for is kept, so that the commit can fail with it.
 */
export class Calls {
  #changes: Promise<void> = Promise.resolve();
  /** The reads since the last change. */
  readonly #reads = new Set<Promise<void>>();
  #unseen: { readonly reason: unknown } | undefined;

  /** Runs a change after the changes and the reads called before it. */
  change<T>(work: () => Promise<T>): Promise<T> {
    const call = start(this.idle(), work);
    this.#reads.clear();
    this.#changes = call.ended((reason) => this.#failed(call, reason));
    return call;
  }

  /** Runs a read after the changes called before it, beside other reads. */
  read<T>(work: () => Promise<T>): Promise<T> {
    const call = start(this.#changes, work);
    const ended = call.ended((reason) => this.#failed(call, reason));
    this.#reads.add(ended);
    void ended.then(() => this.#reads.delete(ended));
    return call;
  }

  /** Runs a change that fails, without being run, with the first failure that nobody waited for. */
  conclude<T>(work: () => Promise<T>): Promise<T> {
    return this.change(async () => {
      const unseen = this.#unseen;
      this.#unseen = undefined;
      if (unseen !== undefined) throw unseen.reason;
      return work();
    });
  }

  /** Runs a change that undoes those before it, so that their failures are forgotten. */
  discard(work: () => void): void {
    void this.change(async () => {
      this.#unseen = undefined;
      work();
    });
  }

  /** Resolves when all calls until now have ended. */
  idle(): Promise<void> {
    if (this.#reads.size === 0) return this.#changes;
    return Promise.all([this.#changes, ...this.#reads]).then(() => undefined);
  }

  #failed(call: Call<unknown>, reason: unknown): void {
    if (!call.awaited) this.#unseen ??= { reason };
  }
}

function start<T>(before: Promise<void>, work: () => Promise<T>): Call<T> {
  return new Call<T>((resolve, reject) => void before.then(work).then(resolve, reject));
}
