import { BabaError, ConflictError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import type { Log } from "../log/log.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import { Calls } from "./calls.ts";

/** What the calls of a session are admitted by; supplied by the database. */
export type AdmissionContext = {
  /** Why the database takes no new call of this session; `undefined` where it does. */
  readonly refusal: () => BabaError | undefined;
  /** Makes `close()` wait for this, which does not fail. */
  readonly track: (work: Promise<void>) => void;
  /** Whether whoever runs the session may run it again after a conflict, and tells of one otherwise. */
  readonly reruns: boolean;
  readonly log: Log;
  readonly loop: EventLoop;
};

/**
 * The admission of a session's calls: refuses what is called after its end or the database's, runs the others in
 * their order ({@link Calls}) with turns for others between them, and logs what they fail with.
 */
export class Admission {
  readonly #context: AdmissionContext;
  readonly #calls = new Calls();
  /** Logs and throws. */
  readonly #failed = (error: unknown): never => {
    throw this.reported(error);
  };
  #closed: string | undefined;
  /** Whether `close()` waits for the calls that are under way. */
  #tracked = false;

  constructor(context: AdmissionContext) {
    this.#context = context;
  }

  /** Runs a change after all calls before it. */
  change<T>(work: () => T | Promise<T>): Promise<T> {
    const refusal = this.#context.refusal();
    return this.#admitted(this.#calls.change(() => this.#run(refusal, work)));
  }

  /** Runs a read after the changes before it. */
  read<T>(work: () => T | Promise<T>): Promise<T> {
    const refusal = this.#context.refusal();
    return this.#admitted(this.#calls.read(() => this.#run(refusal, work)));
  }

  /** Runs a commit after all calls before it, unless one of them has failed and nobody waited for it. */
  commit(work: () => Promise<void>): Promise<void> {
    const refusal = this.#context.refusal();
    return this.#admitted(this.#calls.conclude(() => this.#run(refusal, work)));
  }

  /** Runs what undoes the changes before it. */
  rollback(work: () => void): void {
    try {
      this.mustBeOpen();
    } catch (error) {
      throw this.reported(error);
    }
    this.#calls.discard(work);
  }

  /** Resolves when all calls until now have ended, where one that goes on by itself may begin. */
  begin(): Promise<void> {
    this.mustGoOn();
    return this.#calls.idle();
  }

  /** Resolves when all calls until now have ended. */
  idle(): Promise<void> {
    return this.#calls.idle();
  }

  /** Whether the session has not ended. */
  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Refuses all further calls, with this sentence. */
  close(reason: string): void {
    this.#closed ??= reason;
  }

  /** For what goes on by itself. @throws `BABA_SESSION_CLOSED`, `BABA_CLOSED` */
  mustGoOn(): void {
    this.mustBeOpen();
    const refusal = this.#context.refusal();
    if (refusal !== undefined) throw refusal;
  }

  /** @throws `BABA_SESSION_CLOSED` */
  mustBeOpen(): void {
    if (this.#closed !== undefined) throw new BabaError("BABA_SESSION_CLOSED", this.#closed);
  }

  /** The error that a call fails with, after logging it; a conflict only where nobody may run the session again. */
  reported(error: unknown): unknown {
    const { log, reruns } = this.#context;
    if (reruns && error instanceof ConflictError) log.debug(() => describeError(error));
    else log.error(describeError(error));
    return error;
  }

  /** Makes `close()` wait until nothing is under way; most calls are over when they return. */
  #admitted<T>(call: Promise<T>): Promise<T> {
    if (this.#calls.isBusy && !this.#tracked) {
      this.#tracked = true;
      this.#context.track(this.#allEnded());
    }
    return call;
  }

  async #allEnded(): Promise<void> {
    while (this.#calls.isBusy) await this.#calls.idle();
    this.#tracked = false;
  }

  /**
   * Gives a promise only where something is to be waited for. `refusal` is of the instant of the call: what was called
   * before the database was closed is still done.
   */
  #run<T>(refusal: BabaError | undefined, work: () => T | Promise<T>): T | Promise<T> {
    try {
      if (refusal !== undefined) throw refusal;
      this.mustBeOpen();
      const pause = this.#context.loop.breathe();
      const result = pause === undefined ? work() : pause.then(work);
      return result instanceof Promise ? result.catch(this.#failed) : result;
    } catch (error) {
      return this.#failed(error);
    }
  }
}
