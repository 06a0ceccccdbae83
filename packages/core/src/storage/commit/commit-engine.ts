import { hexadecimal } from "../../bytes.ts";
import { BabaError, CommitUnknownError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { EventLoop } from "../../runtime/event-loop.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { ioError, messageOf } from "../io-error.ts";
import { Journal } from "../journal/journal.ts";
import { STORE_FOLDER } from "../layout.ts";
import { LockTenure } from "../lock/lock-tenure.ts";
import { WriteLock } from "../lock/write-lock.ts";
import { Mutex } from "../mutex.ts";
import type { Breathe } from "../pieces.ts";
import type { Protection } from "../protection.ts";
import { RecordPlacer } from "../records/record-placer.ts";
import { RecordReader } from "../records/record-reader.ts";
import type { Basis, Changes } from "../storage.ts";
import { completeStoreFolder, makeStoreFolders, tidy } from "../store-folder.ts";
import { removeUnplaced } from "../temporary-files.ts";
import { checkpoint } from "./checkpoint.ts";
import { Overlay } from "./overlay.ts";
import { Poison } from "./poison.ts";
import type { Redo } from "./redo.ts";
import { Replay } from "./replay.ts";
import { Settling } from "./settling.ts";
import { awaitsFiles, isLong, namesIn, type Submission } from "./submission.ts";

export type EngineContext = {
  readonly files: FileSystem;
  readonly runtime: Runtime;
  /** This process, for `FileSystem.lives`. */
  readonly identity: string;
  readonly protection: Protection;
  /** Receives failures that no caller can be told of: those after a commit. */
  readonly report: (message: string) => void;
  /** Is told when the unfinished work of a dead process was completed. */
  readonly inform: (message: string) => void;
};

/** Journal size, in bytes, above which a commit ends with a checkpoint. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;

/**
 * The commit protocol over one folder: the journal is authoritative, the record files follow it.
 *
 * Under the write lock, a batch is checked for conflicts, appended to the journal and synced: that is the
 * commit. Then its files are put in place, which any process may repeat at any time with the same result. A
 * checkpoint makes them durable before the journal forgets them.
 */
export class CommitEngine {
  readonly redo: Redo;
  readonly overlay: Overlay;
  readonly tenure: LockTenure;
  readonly #context: EngineContext;
  readonly #breathe: Breathe;
  readonly #journal: Journal;
  readonly #lock: WriteLock;
  readonly #replay: Replay;
  readonly #placer: RecordPlacer;
  readonly #poison = new Poison();
  readonly #settling: Settling;
  /** Only one at a time may advance along the journal. */
  readonly #following = new Mutex();
  readonly #token: string;
  #prepared = false;
  #tidied = false;

  constructor(context: EngineContext) {
    const { files, runtime, identity, protection } = context;
    this.#context = context;
    const loop = new EventLoop(runtime);
    this.#breathe = () => loop.breathe();
    this.#token = hexadecimal(runtime.crypto.random(8));
    const owner = { token: this.#token, identity };
    this.#lock = new WriteLock(files, runtime, owner);
    const random = (length: number) => runtime.crypto.random(length);
    const isHeld = () => this.#lock.isHeld();
    this.#journal = new Journal(files, { ...owner, random, breathe: this.#breathe, isHeld }, protection);
    this.tenure = new LockTenure(this.#lock, runtime, () => this.#journal.mark());
    this.#replay = new Replay(files, this.#journal);
    this.redo = this.#replay.redo;
    this.#placer = new RecordPlacer(files, this.#token, () => this.mustHold());
    this.#settling = new Settling({
      journal: this.#journal,
      replay: this.#replay,
      placer: this.#placer,
      poison: this.#poison,
      breathe: this.#breathe,
    });
    this.overlay = new Overlay(this.redo, new RecordReader(files));
  }

  /** Catches up with the commits of others, and returns the newest commit that reads will see. */
  async follow(): Promise<number> {
    if (this.tenure.isAlone) return this.#replay.newest;
    const release = await this.#following.acquire();
    try {
      // The lock may have been taken during the wait.
      if (!this.tenure.isAlone) await this.#replay.catchUp(this.#breathe);
      return this.#replay.newest;
    } finally {
      release();
    }
  }

  /** Checks what a session read for conflicts, without writing anything. @throws {ConflictError} */
  async validate(basis: Basis): Promise<void> {
    await this.follow();
    this.#replay.history.judge(basis, new Set(), []);
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

  /** Takes the write lock and catches up with the journal; every write to a store happens under it. */
  async lock(longestWait?: number): Promise<void> {
    this.#poison.mustBeSound();
    if (this.tenure.resume()) return;
    await this.#prepare();
    await this.#lock.acquire(longestWait);
    const release = await this.#following.acquire();
    try {
      await this.#replay.catchUp(this.#breathe);
      if (this.tenure.mustFence) await this.#fence();
      this.tenure.begin();
    } catch (error) {
      await this.#lock.release().catch(() => undefined);
      throw error;
    } finally {
      release();
    }
  }

  /**
   * Nothing counts that a former holder of the lock may still append to the journal, or be about to put in
   * place.
   */
  async #fence(): Promise<void> {
    await removeUnplaced(this.#context.files);
    await this.#poison.guard(() => this.#journal.fence());
  }

  /**
   * Ends what `lock` began: in a series of commits the lock is kept for the next one, unless another process
   * waits for it, or there can be no next one. The caller must see to it that the tenure ends soon after.
   */
  rest(): Promise<void> {
    return this.#poison.isSound ? this.tenure.rest() : this.tenure.end();
  }

  /** The newest commit when the lock was kept for the next one; `undefined` if it is in use or not held. */
  get restsAt(): number | undefined {
    return this.tenure.isResting ? this.#replay.newest : undefined;
  }

  /**
   * Commits the submissions that pass, with one write and one sync. Needs the lock. Every submission has
   * changes, and is resolved or rejected; a failure to put files in place rejects none.
   */
  async commit(batch: readonly Submission[]): Promise<void> {
    // Not only when the lock is taken: a hold takes it once for many commits.
    this.#poison.mustBeSound();
    await this.#settleEarlier(awaitsFiles(batch));
    await this.#pause(batch.map(({ transaction }) => transaction.changes));
    const accepted = await this.#judge(batch);
    const settling = awaitsFiles(accepted);
    if (accepted.length > 0) await this.#write(accepted, settling);
    if (settling)
      await this.#reported(
        this.#settling.place(),
        "A commit stands, but its files cannot be put in place yet",
      );
    for (const { resolve } of accepted) resolve();
    if (this.#journal.size > CHECKPOINT_BYTES && !this.#settling.hasFailed)
      await this.#reported(this.checkpoint(), "A checkpoint failed");
  }

  /** Puts every commit in place, and notes it for other processes. Needs the lock. */
  async settle(): Promise<void> {
    // After a pause of this process the lock may be lost to force: old files would replace newer ones.
    await this.mustHold();
    await this.#settling.place();
  }

  /** @throws {CommitUnknownError} if the lock was taken away since, which poisons the handle */
  mustHold(): Promise<void> {
    return this.#poison.guard(() => this.tenure.mustHold());
  }

  /** Makes the record files durable and lets the journal forget them. Needs the lock. */
  async checkpoint(): Promise<void> {
    await this.settle();
    if (this.#journal.sequence === this.#journal.checkpoint) return;
    const { left } = this.#replay;
    await this.#poison.guard(async () => {
      await checkpoint(this.#context.files, this.redo.unsynced(), this.#lock.ownFile, this.#breathe).catch(
        (error: unknown) => this.#revoke(error),
      );
      // Even if it fails after creating the segment: later commits then come after this checkpoint.
      await this.#journal.restart().finally(() => this.#replay.noteCheckpoint());
    });
    if (left > 0) this.#context.inform(`Recovered commits that were left unfinished: ${left}.`);
    await this.tidy();
  }

  /** Makes sure that the keys at hand are those of the journal. Needs the lock. */
  mustFitKeys(): Promise<void> {
    return this.#journal.mustFitKeys();
  }

  /** Checkpoints, and starts a segment with the current seal: nothing stays under another. Needs the lock. */
  async renew(): Promise<void> {
    await this.checkpoint();
    await this.#poison.guard(() => this.#journal.restart());
  }

  /** A failed sync of record files is reported only once: whoever comes next must rewrite them. */
  async #revoke(error: unknown): Promise<never> {
    await this.#journal.revoke().catch(() => undefined);
    throw error;
  }

  /** Removes what dead processes left behind, apart from their commits. Needs the lock. */
  tidy(): Promise<void> {
    this.#tidied = true;
    return tidy(this.#context.files, this.#lock, this.#context.report);
  }

  /** Whether this storage has to finish up when it closes: it wrote last, or no living process did. */
  get isLastWriter(): boolean {
    return this.#journal.sequence > this.#journal.checkpoint && (this.#journal.isOwn || this.needsRecovery);
  }

  /** Removes the lock's owner file. */
  retire(): Promise<void> {
    return this.#lock.retire();
  }

  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    // Throws if the directory was removed since its journal was read: it must not be made anew.
    if (this.#journal.lastWriter !== undefined) await this.follow();
    try {
      await makeStoreFolders(this.#context.files);
      await this.#lock.announce();
      await completeStoreFolder(this.#context.files, {
        token: this.#token,
        isKnown: this.#journal.lastWriter !== undefined,
      });
    } catch (error) {
      throw ioError(error, STORE_FOLDER, "make the store's folder");
    }
    this.#prepared = true;
  }

  /** A store that could not put its files in place, whoever committed them, accepts no more until it can. */
  async #settleEarlier(placing: boolean): Promise<void> {
    try {
      if (this.needsRecovery) await this.checkpoint();
      if (this.#settling.hasFailed || (placing && this.#replay.inherits)) await this.settle();
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
    if (!this.#tidied) await this.tidy();
  }

  async #judge(batch: readonly Submission[]): Promise<Submission[]> {
    const accepted: Submission[] = [];
    for (const submission of batch) {
      const { changes, basis } = submission.transaction;
      try {
        // Submissions accepted earlier in the batch count as commits before this one.
        if (basis !== undefined) this.#replay.history.judge(basis, changes, namesIn(accepted));
        await this.#placer.prepare(changes, this.#breathe);
        accepted.push(submission);
      } catch (error) {
        submission.reject(error);
      }
    }
    return accepted;
  }

  async #write(writing: readonly Submission[], settling: boolean): Promise<void> {
    await this.#context.protection.prepare();
    const batch: Changes[] = [];
    for (const { transaction } of writing)
      batch.push(await this.#context.protection.seal(transaction.changes));
    const durably = settling || writing.some(({ transaction }) => transaction.durability === "full");
    await this.#pause(batch);
    await this.#poison
      .guard(async () => {
        if ((await this.#journal.append(batch)) || !durably) await this.tenure.mustHaveHeld();
        else await (settling ? this.#syncAndStage(batch) : this.#syncAndCheck());
      })
      .catch((error: unknown) => this.#unwritten(batch, error));
    this.#replay.noteCommitted(batch);
    await this.#pause(batch);
  }

  /** During the sync, the files' texts are written to temporary files, to be renamed into place after it. */
  async #syncAndStage(batch: readonly Changes[]): Promise<void> {
    const syncing = this.#journal.sync();
    const staging = this.needsSettling ? undefined : this.#placer.stage(batch);
    await syncing.finally(() => staging);
    await this.tenure.mustHaveHeld();
  }

  /** Checks the lock during the sync: whoever takes it from now on finds the commit in the journal. */
  async #syncAndCheck(): Promise<void> {
    const syncing = this.#journal.sync();
    const checking = this.tenure.mustHaveHeld();
    // It may fail before the sync ends, and is only awaited after it.
    checking.catch(() => undefined);
    await syncing.finally(() => checking);
  }

  /** Yields to other work between the steps of a long batch. */
  async #pause(batch: readonly Changes[]): Promise<void> {
    if (isLong(batch)) await this.#breathe();
  }

  /** What was written is in the journal, durable or not: reads and conflict checks must know of it. */
  async #unwritten(batch: readonly Changes[], error: unknown): Promise<never> {
    if (this.#journal.sequence > this.#replay.newest) this.#replay.noteCommitted(batch);
    await this.#placer.unstage();
    throw error;
  }

  /** For what follows a commit: the batch is told of it in any case, so a failure must not fail it. */
  async #reported(work: Promise<void>, failure: string): Promise<void> {
    await work.catch((error: unknown) => this.#context.report(`${failure}: ${messageOf(error)}`));
  }
}
