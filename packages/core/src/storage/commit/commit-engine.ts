import { hexadecimal } from "../../bytes.ts";
import { BabaError, CommitUnknownError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { ioError, messageOf } from "../io-error.ts";
import { Journal } from "../journal/journal.ts";
import { STORE_FOLDER } from "../layout.ts";
import { LockTenure } from "../lock/lock-tenure.ts";
import { WriteLock } from "../lock/write-lock.ts";
import type { Protection } from "../protection.ts";
import { RecordPlacer } from "../records/record-placer.ts";
import { RecordReader } from "../records/record-reader.ts";
import type { Basis } from "../storage.ts";
import { Checkpointing } from "./checkpointing.ts";
import { JournalAccess } from "./journal-access.ts";
import { Journaling } from "./journaling.ts";
import { Overlay } from "./overlay.ts";
import { Poison } from "./poison.ts";
import type { Redo } from "./redo.ts";
import { Replay } from "./replay.ts";
import { Settling } from "./settling.ts";
import { awaitsFiles, isWithinHold, pauseIfLong, type Submission } from "./submission.ts";
import { Touched } from "./touched.ts";

export type EngineContext = {
  readonly files: FileSystem;
  readonly runtime: Runtime;
  /** This process, for `FileSystem.lives`. */
  readonly identity: string;
  readonly protection: Protection;
  readonly breathe: Breathe;
  /** Receives failures that no caller can be told of: those after a commit. */
  readonly report: (message: string) => void;
  /** Is told when the unfinished work of a dead process was completed. */
  readonly inform: (message: string) => void;
};

/**
 * The commit protocol over one folder: the journal is authoritative, the record files follow it.
 *
 * Under the write lock, a batch is checked for conflicts, appended to the journal and synced: that is the
 * commit. Then its files are put in place, which any process may repeat at any time with the same result. A
 * checkpoint makes them durable before the journal forgets them.
 */
export class CommitEngine {
  /** Follows the journal, and takes and keeps the write lock. */
  readonly access: JournalAccess;
  readonly redo: Redo;
  readonly overlay: Overlay;
  readonly #report: EngineContext["report"];
  readonly #breathe: Breathe;
  readonly #journal: Journal;
  readonly #replay: Replay;
  readonly #placer: RecordPlacer;
  readonly #poison = new Poison();
  readonly #settling: Settling;
  readonly #journaling: Journaling;
  readonly #checkpointing: Checkpointing;

  constructor(context: EngineContext) {
    const { files, runtime, identity, protection, breathe, report } = context;
    const random = (length: number) => runtime.crypto.random(length);
    const owner = { token: hexadecimal(random(8)), identity };
    const lock = new WriteLock(files, runtime, owner);
    const isHeld = () => lock.isHeld();
    const journal = new Journal(files, { ...owner, random, breathe, isHeld }, protection);
    const tenure = new LockTenure(lock, runtime, () => journal.mark());
    const replay = new Replay(files, journal);
    const { token } = owner;
    const shared = { files, token, journal, lock, tenure, replay, poison: this.#poison, breathe };
    this.access = new JournalAccess(shared);
    const mustHold = () => this.access.mustHold();
    const placer = new RecordPlacer(files, token, mustHold);
    const settling = new Settling({ ...shared, placer, mustHold });
    this.#journaling = new Journaling({ ...shared, protection, placer, settling });
    this.#checkpointing = new Checkpointing({ ...shared, settling, report, inform: context.inform });
    this.#settling = settling;
    this.#placer = placer;
    this.#replay = replay;
    this.#journal = journal;
    this.#breathe = breathe;
    this.#report = report;
    this.redo = replay.redo;
    this.overlay = new Overlay(this.redo, new RecordReader(files));
  }

  /** Checks what a session read for conflicts, without writing anything. @throws {ConflictError} */
  async validate(basis: Basis): Promise<void> {
    await this.access.follow();
    this.#replay.history.judge(basis, new Set(), new Touched());
  }

  /** Whether it may still write. */
  get isSound(): boolean {
    return this.#poison.isSound;
  }

  /** Whether a dead process left work: commits that are not in place, or not durably. */
  get needsRecovery(): boolean {
    return this.#replay.needsRecovery;
  }

  /** Whether commits wait to be put in place. */
  get needsSettling(): boolean {
    return this.#settling.isDue;
  }

  /**
   * Commits the submissions that pass, with one write and one sync. Needs the lock. Every submission has
   * changes, and is resolved or rejected; a failure to put files in place rejects none.
   */
  async commit(batch: readonly Submission[]): Promise<void> {
    // Not only when the lock is taken: a hold takes it once for many commits.
    this.#poison.mustBeSound();
    if (isWithinHold(batch)) await this.access.mustHoldYet();
    await this.#settleEarlier(batch);
    const changes = batch.map(({ transaction }) => transaction.changes);
    await pauseIfLong(changes, this.#breathe);
    const accepted = await this.#judge(batch);
    if (accepted.length > 0) await this.#journaling.write(accepted);
    if (awaitsFiles(accepted))
      await this.#reported(
        this.#settling.place(),
        "A commit stands, but its files cannot be put in place yet",
      );
    for (const { resolve } of accepted) resolve();
    if (this.#checkpointing.isDue && !this.#settling.hasFailed)
      await this.#reported(this.checkpoint(), "A checkpoint failed");
  }

  /** Puts every commit in place, and notes it for other processes. Needs the lock. */
  settle(): Promise<void> {
    return this.#settling.settle();
  }

  /** Makes the record files durable and lets the journal forget them. Needs the lock. */
  checkpoint(): Promise<void> {
    return this.#checkpointing.checkpoint();
  }

  /** Checkpoints, and starts a segment with the current seal: nothing stays under another. Needs the lock. */
  renew(): Promise<void> {
    return this.#checkpointing.renew();
  }

  /** Makes sure that the keys at hand are those of the journal. Needs the lock. */
  mustFitKeys(): Promise<void> {
    return this.#journal.mustFitKeys();
  }

  /** Whether this storage has to finish up when it closes: it wrote last, or no living process did. */
  get isLastWriter(): boolean {
    return this.#journal.sequence > this.#journal.checkpoint && (this.#journal.isOwn || this.needsRecovery);
  }

  /** A store that could not put its files in place, whoever committed them, accepts no more until it can. */
  async #settleEarlier(batch: readonly Submission[]): Promise<void> {
    try {
      if (this.needsRecovery) await this.checkpoint();
      if (this.#settling.hasFailed || (awaitsFiles(batch) && this.#replay.inherits)) await this.settle();
    } catch (cause) {
      // Without the lock, the files are somebody else's to place.
      if (cause instanceof CommitUnknownError || cause instanceof LockedError) throw cause;
      const { message } = ioError(cause, STORE_FOLDER, "put commits in place");
      throw new BabaError(
        "BABA_SETTLE",
        `Earlier commits are in the journal, but their files cannot be put in place: ${message} Nothing more is ` +
          "committed until they can be.",
        { cause },
      );
    }
    await this.#checkpointing.tidyOnce();
  }

  async #judge(batch: readonly Submission[]): Promise<Submission[]> {
    const accepted: Submission[] = [];
    // Submissions accepted earlier in the batch count as commits before those that are judged after them.
    const earlier = new Touched();
    const lastJudged = batch.findLastIndex(({ transaction }) => transaction.basis !== undefined);
    for (const [i, submission] of batch.entries()) {
      const { changes, basis } = submission.transaction;
      try {
        if (basis !== undefined) this.#replay.history.judge(basis, changes, earlier);
        await this.#placer.prepare(changes, this.#breathe);
        accepted.push(submission);
        if (i < lastJudged) earlier.add(Infinity, changes.keys());
      } catch (error) {
        submission.reject(error);
      }
    }
    return accepted;
  }

  /** For what follows a commit: the batch is told of it in any case, so a failure must not fail it. */
  async #reported(work: Promise<void>, failure: string): Promise<void> {
    await work.catch((error: unknown) => this.#report(`${failure}: ${messageOf(error)}`));
  }
}
