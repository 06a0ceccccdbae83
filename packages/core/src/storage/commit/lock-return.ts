import { ioError } from "../io-error.ts";
import { STORE_FOLDER } from "../layout.ts";
import type { LockQueue } from "../lock/lock-queue.ts";
import type { CommitEngine } from "./commit-engine.ts";

/** How long the write lock is kept after a commit that closely followed another, in milliseconds. */
const LINGER = 2;
/** How often a release is retried, and the factor by which the pauses between tries grow. */
const TRIES = 5;
const GROWTH = 4;

/** Releases the write lock: nobody may take it from a living process, so failures are retried. */
export class LockReturn {
  readonly #queue: LockQueue;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #report: (message: string) => void;
  #lingers = false;

  /** `report` receives failures, as what was done under the lock stands. */
  constructor(
    queue: LockQueue,
    sleep: (milliseconds: number) => Promise<void>,
    report: (message: string) => void,
  ) {
    this.#queue = queue;
    this.#sleep = sleep;
    this.#report = report;
  }

  /** After a commit: keeps the lock for the next one, or releases it. */
  rest(engine: CommitEngine): Promise<void> {
    return engine.rest().catch((error: unknown) => this.#failed(error));
  }

  /** Releases it at once. */
  now(engine: CommitEngine): Promise<void> {
    return engine.tenure.end().catch((error: unknown) => this.#failed(error));
  }

  /** After a turn: releases, a moment later, a lock that was kept but not used, or could not be released. */
  later(engine: CommitEngine): void {
    if (this.#lingers || !engine.tenure.isTaken) return;
    this.#lingers = true;
    void this.#linger(engine);
  }

  /**
   * On close, within a turn: retries as often, and returns once the lock is released or the tries are used
   * up.
   */
  async atLast(engine: CommitEngine): Promise<void> {
    await this.now(engine);
    for (let tries = 0; tries < TRIES && engine.tenure.isTaken; tries++) {
      await this.#sleep(pauseBefore(tries));
      await this.#tryAgain(engine, tries);
    }
  }

  async #linger(engine: CommitEngine): Promise<void> {
    for (let tries = 0; tries < TRIES && engine.tenure.isTaken; tries++) {
      const before = engine.restsAt;
      await this.#sleep(pauseBefore(tries));
      const release = await this.#queue.acquire();
      if (engine.restsAt === before) await this.#tryAgain(engine, tries);
      else tries = -1;
      release();
    }
    this.#lingers = false;
  }

  /** Only the last try reports its failure. */
  async #tryAgain(engine: CommitEngine, tries: number): Promise<void> {
    if (tries === TRIES - 1) return this.now(engine);
    await engine.tenure.end().catch(() => undefined);
  }

  #failed(error: unknown): void {
    this.#report(ioError(error, STORE_FOLDER, "release the write lock").message);
  }
}

function pauseBefore(tries: number): number {
  return LINGER * GROWTH ** tries;
}
