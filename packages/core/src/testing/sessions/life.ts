/** What ends the calls of a process that is killed. */
export const DEATH: Error = new Error("the process was killed");

/** A process from its start until it is killed. */
export class Life {
  /** When it started. */
  readonly began: number;
  readonly #over: Promise<never>;
  #end = (_: Error): void => undefined;
  #isOver = false;

  constructor(began: number) {
    this.began = began;
    this.#over = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#over.catch(() => undefined);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects with `DEATH` if the process is killed first: nobody hears of its work then. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over]);
  }

  end(): void {
    this.#isOver = true;
    this.#end(DEATH);
  }
}
