import type { CommitEngine } from "./commit-engine.ts";
import { ioError } from "./io-error.ts";
import { STORE_FOLDER } from "./layout.ts";
import type { Turns } from "./turns.ts";

/** How long the write lock is kept after a commit that came soon after another, in milliseconds. */
const LINGER = 2;
/** How often it is tried again to give the lock back, after pauses of which each is so many times as long as the one before. */
const TRIES = 5;
const GROWTH = 4;

/** Gives the write lock back: nobody else may take it from a living process, so a failure is not left at that. */
export class LockReturn {
  readonly #turns: Turns;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #report: (message: string) => void;
  #lingers = false;

  /** `report` is told of failures, as what was done under the lock stands. */
  constructor(
    turns: Turns,
    sleep: (milliseconds: number) => Promise<void>,
    report: (message: string) => void,
  ) {
    this.#turns = turns;
    this.#sleep = sleep;
    this.#report = report;
  }

  /** At the end of a commit: the lock is kept for the next one, or given back. */
  rest(engine: CommitEngine): Promise<void> {
    return engine.rest().catch((error: unknown) => this.#failed(error));
  }

  /** Gives it back at once. */
  now(engine: CommitEngine): Promise<void> {
    return engine.unlock().catch((error: unknown) => this.#failed(error));
  }

  /** At the end of a turn: gives back, a moment later, a lock that was kept and to which no commit came, or that could not be given back. */
  later(engine: CommitEngine): void {
    if (this.#lingers || !engine.holdsLock) return;
    this.#lingers = true;
    void this.#linger(engine);
  }

  /** At the end of everything, within a turn: tries as often, and returns when it is given back or was tried often enough. */
  async atLast(engine: CommitEngine): Promise<void> {
    await this.now(engine);
    for (let tries = 0; tries < TRIES && engine.holdsLock; tries++) {
      await this.#sleep(pauseBefore(tries));
      await this.#tryAgain(engine, tries);
    }
  }

  async #linger(engine: CommitEngine): Promise<void> {
    for (let tries = 0; tries < TRIES && engine.holdsLock; tries++) {
      const before = engine.restsAt;
      await this.#sleep(pauseBefore(tries));
      const release = await this.#turns.acquire();
      if (engine.restsAt === before) await this.#tryAgain(engine, tries);
      else tries = -1;
      release();
    }
    this.#lingers = false;
  }

  /** What fails is told at the last try. */
  async #tryAgain(engine: CommitEngine, tries: number): Promise<void> {
    if (tries === TRIES - 1) return this.now(engine);
    await engine.unlock().catch(() => undefined);
  }

  #failed(error: unknown): void {
    this.#report(ioError(error, STORE_FOLDER, "release the write lock").message);
  }
}

function pauseBefore(tries: number): number {
  return LINGER * GROWTH ** tries;
}
