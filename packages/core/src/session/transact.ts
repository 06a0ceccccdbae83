import { type ConflictError, optionError } from "../errors.ts";
import { describeError } from "../log/describe-error.ts";
import type { Log } from "../log/log.ts";
import type { Schema } from "../model/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Hold } from "../storage/storage.ts";
import { checkOptionNames } from "./options.ts";
import type { AsyncSession } from "./session.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** How a session's callback is run. */
export type SessionOptions = {
  /** How often to retry after a conflict; 10 by default. The last retry is under the write lock. */
  readonly retries?: number;
};

/** A session, from within and as its user has it. */
export type Begun<S extends Schema> = { readonly unit: UnitOfWork; readonly session: AsyncSession<S> };

/** What it takes to run a session's callback. */
export type TransactContext<S extends Schema> = {
  readonly log: Log;
  readonly runtime: Runtime;
  /** Takes the write lock. */
  hold(): Promise<Hold>;
  /**
   * Begins a session, under the lock if given, that is never refused and does not log conflicts as errors.
   */
  begin(hold: Hold | undefined): Begun<S>;
};

type Work<S extends Schema, T> = (session: AsyncSession<S>) => Promise<T>;

const RETURNED = "The session's callback has returned: open another session.";
const DEFAULT_RETRIES = 10;
/** The longest wait before the first retry, in milliseconds; it doubles with each retry. */
const FIRST_BACKOFF = 1;
const LONGEST_BACKOFF = 50;

/**
 * Checks the arguments of `asyncSession()`; returns how often the work may be run again.
 *
 * @throws `BABA_OPTION`
 */
export function checkTransaction(work: unknown, options: SessionOptions = {}): number {
  if (typeof work !== "function") throw optionError("asyncSession() takes a function, or nothing.");
  checkOptionNames(options, ["retries"]);
  const { retries = DEFAULT_RETRIES } = options;
  if (!Number.isSafeInteger(retries) || retries < 0) {
    throw optionError("The option retries must be a whole number, 0 or more.");
  }
  return retries;
}

/**
 * Runs the work in a session and commits when it returns; after a conflict of that session, tries again in a
 * new one.
 *
 * @throws {ConflictError} if every run met a conflict
 */
export async function transact<S extends Schema, T>(
  context: TransactContext<S>,
  work: Work<S, T>,
  retries: number,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const last = attempt === retries;
    try {
      return last && retries > 0 ? await runHolding(context, work) : await run(context, work, undefined);
    } catch (error) {
      if (!(error instanceof RetryableConflict)) throw error;
      if (last) throw reported(context, error.conflict);
      context.log.debug(() => `Running a session again after a conflict (${attempt + 1} of ${retries})`);
      await context.runtime.sleep(backoff(attempt, context.runtime));
    }
  }
}

async function runHolding<S extends Schema, T>(context: TransactContext<S>, work: Work<S, T>): Promise<T> {
  const hold = await context.hold();
  try {
    return await run(context, work, hold);
  } finally {
    await hold.release();
  }
}

async function run<S extends Schema, T>(
  context: TransactContext<S>,
  work: Work<S, T>,
  hold: Hold | undefined,
): Promise<T> {
  const { unit, session } = context.begin(hold);
  try {
    const result = await work(session);
    await unit.conclude(RETURNED);
    return result;
  } catch (error) {
    const isConflict = unit.metConflict(error);
    if (isConflict && unit.commits === 0) throw new RetryableConflict(error);
    await unit.abandon(RETURNED);
    throw isConflict ? reported(context, error) : error;
  } finally {
    await unit.end(RETURNED);
  }
}

/** A conflict in a session that has not committed anything yet, so its callback may run again. */
class RetryableConflict extends Error {
  readonly conflict: ConflictError;

  constructor(conflict: ConflictError) {
    super(conflict.message);
    this.conflict = conflict;
  }
}

function reported({ log }: Pick<TransactContext<Schema>, "log">, conflict: unknown): unknown {
  log.error(describeError(conflict));
  return conflict;
}

/** A random wait that grows with each attempt, so that conflicting sessions do not collide again. */
function backoff(attempt: number, runtime: Runtime): number {
  const longest = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** attempt);
  return (longest * ((runtime.crypto.random(1)[0] ?? 0) + 1)) / 256;
}
