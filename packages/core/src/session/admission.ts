import { BabaError, ConflictError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import type { Log } from "../log/log.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import { Calls } from "./calls.ts";

/** What the admission of a session's calls needs from the database. */
export type AdmissionContext = {
  /** Why the database refuses a new call of this session; `undefined` if it accepts it. */
  readonly refusal: () => BabaError | undefined;
  /** Makes `close()` wait for this promise, which never rejects. */
  readonly track: (work: Promise<void>) => void;
  /** Whether the session's caller retries after a conflict, and logs one that it does not retry. */
  readonly reruns: boolean;
  readonly log: Log;
  readonly loop: EventLoop;
};

/**
 * Admits a session's calls: refuses those made after the session or the database was closed, runs the others
 * in order ({@link Calls}), yielding to the event loop between them, and logs their failures.
 */
export class Admission {
  readonly #context: AdmissionContext;
  readonly #calls = new Calls();
  /** Logs and throws. */
  readonly #failed = (error: unknown): never => {
    throw this.reported(error);
  };
  /** Why no call is accepted any more; those made before still run. */
  #concluded: string | undefined;
  /** Why nothing runs any more. */
  #closed: string | undefined;
  /** Whether `close()` already waits for the pending calls. */
  #tracked = false;

  constructor(context: AdmissionContext) {
    this.#context = context;
  }

  /** Runs a change after all earlier calls. */
  change<T>(work: () => T | Promise<T>): Promise<T> {
    const refusal = this.#refusal();
    return this.#admitted(this.#calls.change(() => this.#run(refusal, work)));
  }

  /** Runs a read after the earlier changes. */
  read<T>(work: () => T | Promise<T>): Promise<T> {
    const refusal = this.#refusal();
    return this.#admitted(this.#calls.read(() => this.#run(refusal, work)));
  }

  /** Runs a commit after all earlier calls, unless one of them failed and nobody awaited it. */
  commit(work: () => Promise<void>): Promise<void> {
    const refusal = this.#refusal();
    return this.#admitted(this.#calls.conclude(() => this.#run(refusal, work)));
  }

  /** Runs work that undoes the earlier changes. */
  rollback(work: () => void): void {
    const reason = this.#closed ?? this.#concluded;
    if (reason !== undefined) throw this.reported(sessionClosed(reason));
    this.#calls.discard(work);
  }

  /** Resolves when all calls made so far have ended, so that a stream may begin. */
  begin(): Promise<void> {
    this.mustGoOn();
    return this.#calls.idle();
  }

  /** Resolves when all calls made so far have ended. */
  idle(): Promise<void> {
    return this.#calls.idle();
  }

  /** Whether calls are under way. */
  get isBusy(): boolean {
    return this.#calls.isBusy;
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Refuses further calls with this message, but runs those already made. */
  conclude(reason: string): void {
    this.#concluded ??= reason;
  }

  /** Refuses further calls with this message, and those that have not begun. */
  close(reason: string): void {
    this.#closed ??= reason;
  }

  /** For streams, which go on after the call that began them. @throws `BABA_SESSION_CLOSED`, `BABA_CLOSED` */
  mustGoOn(): void {
    this.mustBeOpen();
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
  }

  /** @throws `BABA_SESSION_CLOSED` */
  mustBeOpen(): void {
    if (this.#closed !== undefined) throw sessionClosed(this.#closed);
  }

  /** Logs an error and returns it; a conflict is only a debug message if the session may be retried. */
  reported(error: unknown): unknown {
    const { log, reruns } = this.#context;
    if (reruns && error instanceof ConflictError) log.debug(() => describeError(error));
    else log.error(describeError(error));
    return error;
  }

  /** Why a call made now is refused. */
  #refusal(): BabaError | undefined {
    const refusal = this.#context.refusal();
    if (refusal !== undefined || this.#concluded === undefined) return refusal;
    return sessionClosed(this.#concluded);
  }

  /** Makes `close()` wait until no call is pending; most have ended by the time they return. */
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
   * Returns a promise only if there is something to wait for. `refusal` is from the time of the call: a call
   * made before the database was closed still runs.
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

function sessionClosed(reason: string): BabaError {
  return new BabaError("BABA_SESSION_CLOSED", reason);
}
