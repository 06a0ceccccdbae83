import { ioError } from "../io-error.ts";
import { STORE_FOLDER } from "../layout.ts";
import type { LockQueue } from "../lock/lock-queue.ts";
import type { JournalAccess } from "./journal-access.ts";

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
  #ends = false;

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
  rest(access: JournalAccess): Promise<void> {
    return access.rest().catch((error: unknown) => this.#failed(error));
  }

  /** Releases it at once. */
  now(access: JournalAccess): Promise<void> {
    return access.tenure.end().catch((error: unknown) => this.#failed(error));
  }

  /** After a turn: releases, a moment later, a lock that was kept but not used, or could not be released. */
  later(access: JournalAccess): void {
    if (this.#lingers || !access.tenure.isTaken) return;
    this.#lingers = true;
    void this.#linger(access);
  }

  /**
   * On close, within a turn: retries as often, in place of whoever still does after a commit, and returns once
   * the lock is released or the tries are used up.
   */
  async atLast(access: JournalAccess): Promise<void> {
    this.#ends = true;
    await access.tenure.end().catch(() => undefined);
    for (let tries = 0; tries < TRIES && access.tenure.isTaken; tries++) {
      await this.#sleep(pauseBefore(tries));
      await this.#tryAgain(access, tries);
    }
  }

  async #linger(access: JournalAccess): Promise<void> {
    for (let tries = 0; tries < TRIES && access.tenure.isTaken; tries++) {
      const before = access.restsAt;
      await this.#sleep(pauseBefore(tries));
      const release = await this.#queue.acquire();
      if (this.#ends) tries = TRIES;
      else if (access.restsAt === before) await this.#tryAgain(access, tries);
      else tries = -1;
      release();
    }
    this.#lingers = false;
  }

  /** Only the last try reports its failure. */
  async #tryAgain(access: JournalAccess, tries: number): Promise<void> {
    if (tries === TRIES - 1) return this.now(access);
    await access.tenure.end().catch(() => undefined);
  }

  #failed(error: unknown): void {
    this.#report(ioError(error, STORE_FOLDER, "release the write lock").message);
  }
}

function pauseBefore(tries: number): number {
  return LINGER * GROWTH ** tries;
}
