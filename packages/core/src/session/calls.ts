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
 * The calls of one session. Changes run one after another in the order of the calls, whatever their
 * schemas take; reads see the changes called before them; and a failure that nobody waited for is
 * kept, so that the commit can fail with it.
 */
export class Calls {
  #changes: Promise<void> = Promise.resolve();
  readonly #reads = new Set<Promise<void>>();
  #unseen: { readonly reason: unknown } | undefined;

  /** Runs a change after those called before it. */
  change<T>(work: () => Promise<T>): Promise<T> {
    const call = start(this.#changes, work);
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

  /** Runs work after all calls before it, reads too; fails with the first failure that nobody waited for. */
  conclude<T>(work: () => Promise<T>): Promise<T> {
    return this.change(this.#afterAll(work));
  }

  /** Resolves when all calls until now have ended. */
  async idle(): Promise<void> {
    await this.#changes;
    await Promise.all(this.#reads);
  }

  #afterAll<T>(work: () => Promise<T>): () => Promise<T> {
    const reads = [...this.#reads];
    return async () => {
      await Promise.all(reads);
      const unseen = this.#unseen;
      this.#unseen = undefined;
      if (unseen !== undefined) throw unseen.reason;
      return work();
    };
  }

  #failed(call: Call<unknown>, reason: unknown): void {
    if (!call.awaited) this.#unseen ??= { reason };
  }
}

function start<T>(before: Promise<void>, work: () => Promise<T>): Call<T> {
  return new Call<T>((resolve, reject) => void before.then(work).then(resolve, reject));
}
