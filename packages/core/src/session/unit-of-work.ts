import { ConflictError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { counted } from "../printable.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import type { Hold, Storage, Transaction } from "../storage/storage.ts";
import { Admission, type AdmissionContext } from "./admission.ts";
import { View } from "./view.ts";

/** How a session is run: under the write lock or not, and whether its callback runs again after a conflict. */
export type SessionTerms = Pick<UnitContext, "hold" | "reruns">;

/** What a session needs from its database, whatever its schema is. */
export type UnitContext = AdmissionContext & {
  readonly storage: () => Promise<Storage>;
  /** The views of the database's sessions that have pending changes. */
  readonly unsaved: Set<View>;
  /** The write lock, where this session runs under it. */
  readonly hold: Hold | undefined;
  readonly durability: Transaction["durability"];
  readonly settle: Transaction["settle"];
};

const ENDED = "The session has ended: open another one.";

/**
 * A session from within: what it has read and queued, its commits and its end. Users have the
 * `AsyncSession` around it; whoever runs their callback has both.
 */
export class UnitOfWork {
  readonly view: View;
  readonly admission: Admission;
  readonly log: Log;
  readonly loop: EventLoop;
  readonly #context: UnitContext;
  #commits = 0;
  /** The error of the last failed commit. */
  #failure: unknown;

  constructor(context: UnitContext) {
    this.#context = context;
    this.log = context.log;
    this.loop = context.loop;
    this.view = new View(context.storage, context.loop, context.unsaved);
    this.admission = new Admission(context);
  }

  /** Commits what is queued, after all earlier calls; a fresh view follows. */
  commit(): Promise<void> {
    return this.admission.commit(async () => {
      const changes = this.view.pending;
      await this.#store(changes);
      this.#commits++;
      this.view.reset();
      if (changes.size > 0) this.log.info(`Committed ${describe(changes)}`);
    });
  }

  /** Commits for the last time: later calls are refused with this message, as nobody would commit them. */
  conclude(reason: string): Promise<void> {
    const committing = this.commit();
    this.admission.conclude(reason);
    return committing;
  }

  /** Discards what is queued, and forgets what was read. */
  rollback(): void {
    this.admission.rollback(() => {
      const discarded = this.view.pending.size;
      this.view.reset();
      if (discarded > 0) this.log.info(`Rolled back ${counted(discarded, "change")}`);
    });
  }

  /** Ends the session, and discards what is queued with a warning. */
  async dispose(): Promise<void> {
    this.admission.conclude(ENDED);
    await this.admission.idle();
    if (!this.admission.isOpen) return;
    const discarded = this.view.pending.size;
    if (discarded > 0) {
      this.log.warning(`Discarded ${counted(discarded, "change")} of a session that ended without commit()`);
    }
    await this.end(ENDED);
  }

  /**
   * Refuses further calls of a failed callback with this message, waits for pending ones, and logs that what
   * is queued then is discarded: a commit among them may still have committed it.
   */
  async abandon(reason: string): Promise<void> {
    this.admission.close(reason);
    await this.admission.idle();
    const discarded = this.view.pending.size;
    if (discarded > 0) {
      this.log.info(`Rolled back ${counted(discarded, "change")} of a session that failed`);
    }
  }

  /**
   * Refuses further calls with this message and waits for pending ones: a commit among them still relies on
   * what the session has read, and on the lock if it has one.
   */
  async end(reason: string): Promise<void> {
    this.admission.close(reason);
    await this.admission.idle();
    this.view.reset();
  }

  /** How many commits succeeded. */
  get commits(): number {
    return this.#commits;
  }

  /** Whether the error is the conflict that the last failed commit threw. */
  metConflict(error: unknown): error is ConflictError {
    return error instanceof ConflictError && error === this.#failure;
  }

  async #store(changes: Transaction["changes"]): Promise<void> {
    const basis = this.view.basis();
    const storage = await this.#context.storage();
    const { hold, durability, settle } = this.#context;
    await storage.commit({ changes, basis, hold, durability, settle }).catch((error: unknown) => {
      this.#failure = error;
      this.view.restore(changes);
      throw error;
    });
  }
}

function describe(changes: Transaction["changes"]): string {
  let deleted = 0;
  for (const payload of changes.values()) if (payload === undefined) deleted++;
  return `${counted(changes.size - deleted, "record")} written, ${deleted} deleted`;
}
