import { BabaError, closedError } from "../errors.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { type Breathe, EventLoop } from "../runtime/event-loop.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { BackgroundSettling } from "./commit/background-settling.ts";
import { CommitEngine, type EngineContext } from "./commit/commit-engine.ts";
import { CommitQueue } from "./commit/commit-queue.ts";
import { Housekeeping } from "./commit/housekeeping.ts";
import { LockReturn } from "./commit/lock-return.ts";
import { ioError, worded } from "./io-error.ts";
import { LOCK_FILE, STORE_FOLDER } from "./layout.ts";
import { LockQueue } from "./lock/lock-queue.ts";
import { LONGEST_WAIT } from "./lock/write-lock.ts";
import { compareNames } from "./names.ts";
import { IN_DOUBT, type Protection, type Reveal, unprotected } from "./protection.ts";
import { replaced, revealSome } from "./records/portions.ts";
import { recordFolders } from "./records/record-tree.ts";
import type { Basis, Content, Hold, Storage, Transaction } from "./storage.ts";
import { checkStoreFolder } from "./store-folder.ts";

/** Payload bytes not yet in place at which they are placed at once, before more is committed. */
const MOST_UNPLACED = 8 * 1024 * 1024;

/** What a storage of files seals with, and whom it tells of what no caller is told. */
export type FileStorageOptions = {
  /** Receives failures that no caller can be told of: those after a commit, which stands. Must not throw. */
  readonly report: (message: string) => void;
  /** Is told when the unfinished work of a dead process was completed. Must not throw. */
  readonly inform?: (message: string) => void;
  /** Seals the journal and the records; without it they are plain. */
  readonly protection?: Protection;
  /** Shares the turns of the event loop with what else the process does; without it the storage counts alone. */
  readonly breathe?: Breathe;
};

/**
 * Records as files below one folder, over a runtime's `FileSystem`, with a journal that makes commits atomic,
 * durable and serializable.
 *
 * @example
 * ```ts
 * import { FileStorage, memoryFileSystem } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * const storage = new FileStorage(memoryFileSystem(), memoryRuntime(), { report: console.warn });
 * await storage.open();
 * await storage.commit({ changes: new Map([["1.baba", new Uint8Array([1])]]), basis: undefined, durability: "full", settle: "commit" });
 * console.log(await storage.count(".")); // 1
 * await storage.close();
 * ```
 */
export class FileStorage implements Storage {
  readonly #context: Omit<EngineContext, "identity">;
  readonly #lockQueue: LockQueue;
  readonly #lockReturn: LockReturn;
  readonly #housekeeping: Housekeeping;
  readonly #commits: CommitQueue;
  readonly #settling: BackgroundSettling;
  #engine: CommitEngine | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #ready = false;
  #closed = false;

  /** Does no I/O yet. */
  constructor(files: FileSystem, runtime: Runtime, options: FileStorageOptions) {
    const { report, inform = () => undefined, protection = unprotected } = options;
    const { breathe = breatheOf(runtime) } = options;
    this.#context = { files, runtime, report, inform, protection, breathe };
    const sleep = (time: number) => runtime.sleep(time);
    this.#lockQueue = new LockQueue(sleep, () => this.#turnEnded());
    this.#lockReturn = new LockReturn(this.#lockQueue, sleep, report);
    const [lockQueue, lockReturn] = [this.#lockQueue, this.#lockReturn];
    this.#housekeeping = new Housekeeping({ lockQueue, lockReturn, report, inform });
    this.#commits = new CommitQueue({
      lockQueue: this.#lockQueue,
      lock: () => this.#locked(),
      commit: (batch) => this.#opened().commit(batch),
      rest: () => this.#rest(),
    });
    this.#settling = new BackgroundSettling({
      runtime,
      settle: (longestWait) => this.#settle(longestWait),
      isUrgent: () => this.#opened().redo.bytes >= MOST_UNPLACED,
      report: (error) => report(ioError(error, STORE_FOLDER, "put commits in place").message),
    });
  }

  /** Once only: a second engine would wait for the lock that the first one may hold. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    try {
      await checkStoreFolder(this.#context.files);
      await this.#context.protection.open();
      this.#engine = await this.#newEngine();
      await this.#engine.access.follow();
      if (this.#engine.needsRecovery) await this.#housekeeping.recover(this.#engine);
      this.#ready = true;
    } catch (error) {
      throw ioError(error, STORE_FOLDER, "open the store");
    }
  }

  async head(): Promise<number> {
    return worded(this.#opened().access.follow(), STORE_FOLDER, "read the journal");
  }

  read(names: readonly string[]): readonly Content[] | Promise<readonly Content[]> {
    const reveal = this.#context.protection.revealing();
    const kept = this.readKept(names);
    return kept instanceof Promise
      ? kept.then((contents) => this.#contents(names, contents, reveal))
      : this.#contents(names, kept, reveal);
  }

  /**
   * The stored form of each record, sealed if the store is; of fewer than asked, from the first on and at
   * least one, if they are large. A promise only if something must be waited for.
   */
  readKept(names: readonly string[]): Content[] | Promise<Content[]> {
    return this.#opened().overlay.read(names);
  }

  async exist(names: readonly string[]): Promise<boolean[]> {
    return this.#opened().overlay.exist(names);
  }

  async list(folder: string): Promise<string[]> {
    return this.#opened().overlay.list(folder);
  }

  async count(folder: string): Promise<number> {
    return this.#opened().overlay.count(folder);
  }

  async stamp(folder: string): Promise<string | undefined> {
    const head = await this.head();
    const stamp = await this.#opened().overlay.stamp(folder);
    return stamp === undefined ? undefined : `${head} ${stamp}`;
  }

  async commit(transaction: Transaction): Promise<void> {
    if (transaction.changes.size === 0) return this.#validate(transaction.basis);
    await this.#commits.submit(transaction);
    if (transaction.settle === "background") this.#settling.begin();
  }

  async hold(): Promise<Hold> {
    const release = await this.#lockQueue.acquireBefore(LONGEST_WAIT);
    try {
      await this.#locked();
    } catch (error) {
      release();
      throw error;
    }
    const engine = this.#opened();
    return this.#lockQueue.keep(
      () => this.#lockReturn.now(engine.access).finally(release),
      () => engine.access.mustHold(),
    );
  }

  /**
   * The names of all records, folder by folder, each folder before its subfolders; last, those of folders that
   * have yet to be made. A folder that cannot be found under the name it is listed by is yielded itself: reading
   * that name reports what is wrong.
   */
  async *names(): AsyncGenerator<string[]> {
    // Before the files, as in a listing. A power cut may have taken a folder whose records are in the journal.
    const unmade = this.#opened().overlay.folders();
    for await (const { path, isLost } of recordFolders(this.#context.files)) {
      unmade.delete(path);
      yield isLost ? [path] : this.list(path);
    }
    for (const folder of [...unmade].sort(compareNames)) yield this.list(folder);
  }

  /** The directory of another store within this one's; `undefined` if there is none. */
  async storeWithin(): Promise<string | undefined> {
    for await (const { path, isForeign } of recordFolders(this.#context.files)) if (isForeign) return path;
    return undefined;
  }

  /** Puts every commit durably in place, and starts a journal with the store's current seal. Needs a hold. */
  async renew(): Promise<void> {
    await worded(this.#opened().renew(), STORE_FOLDER, "begin a new journal");
  }

  /**
   * Makes sure that the keys at hand open the journal. Needs a hold.
   *
   * @throws `BABA_KEY_UNKNOWN` if they are of another time or store
   */
  async mustFitKeys(): Promise<void> {
    await worded(this.#opened().mustFitKeys(), STORE_FOLDER, "read the journal");
  }

  async forceUnlock(): Promise<void> {
    const engine = this.#opened();
    if (this.#closed) throw closedError();
    const { isFree } = this.#lockQueue;
    const turn = this.#lockQueue.acquire();
    const forced = worded(engine.access.tenure.force(), LOCK_FILE, "remove the write lock");
    const fenced = Promise.all([turn, forced]).then(() => this.#housekeeping.fence(engine));
    const ended = fenced.catch(() => undefined).then(async () => (await turn)());
    await forced;
    // Whoever else has the turn may wait for the lock, which it has now, or for this very call.
    if (isFree) await ended;
  }

  /**
   * Whether only opening another storage helps: the outcome of a commit is unknown, or the journal cannot be
   * followed any more. Not while it is being opened.
   */
  async hasStopped(): Promise<boolean> {
    if (!this.#ready) return false;
    if (!this.#opened().isSound) return true;
    const followed = this.head().then(() => true);
    return !(await followed.catch(() => false));
  }

  /** Waits until what was committed is in place, or has failed to be put there once. */
  async settled(): Promise<void> {
    await this.#commits.drained();
    await this.#settling.firstTry;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.settled();
    this.#closed = true;
    this.#settling.end();
    if (this.#engine !== undefined) await this.#housekeeping.leave(this.#engine, { isOpen: this.#ready });
    this.#context.protection.close();
    await this.#context.files.close();
  }

  async #newEngine(): Promise<CommitEngine> {
    const identity = await this.#context.files.processIdentity();
    return new CommitEngine({ ...this.#context, identity });
  }

  /** The contents of what is stored: what is not sealed is not compressed either, and does not grow. */
  #contents(
    names: readonly string[],
    kept: readonly Content[],
    reveal: Reveal,
  ): readonly Content[] | Promise<readonly Content[]> {
    if (this.#context.protection.journal === undefined) return reveal(names, kept);
    return this.#confirmed(names, revealSome(names, kept, reveal));
  }

  /**
   * These contents, in which records whose keys are in doubt are read once more: the store may have been sealed, or
   * its keys changed, between their reads and the judgement.
   */
  async #confirmed(
    names: readonly string[],
    contents: readonly Content[] | Promise<readonly Content[]>,
  ): Promise<readonly Content[]> {
    const found = await contents;
    const doubtful = names.filter((_, i) => isInDoubt(found[i]));
    if (doubtful.length === 0) return found;
    // What is not in its place yet may be as it was here, too, until the journal was followed.
    await this.head().catch(() => undefined);
    const reveal = this.#context.protection.revealing();
    const again = await revealSome(doubtful, await this.readKept(doubtful), reveal);
    return replaced(found, isInDoubt, again);
  }

  #rest(): Promise<void> {
    return this.#lockReturn.rest(this.#opened().access);
  }

  #turnEnded(): void {
    if (this.#engine !== undefined) this.#lockReturn.later(this.#engine.access);
  }

  async #validate(basis: Basis | undefined): Promise<void> {
    if (basis === undefined) return;
    await worded(this.#opened().validate(basis), STORE_FOLDER, "read the journal");
  }

  async #locked(): Promise<void> {
    if (this.#closed) throw closedError();
    await worded(this.#opened().access.lock(), STORE_FOLDER, "take the write lock");
  }

  /** Puts in place what waits, if anything does. A close does so itself, and leaves nothing to do. */
  async #settle(longestWait?: number): Promise<void> {
    const release = await this.#lockQueue.acquire();
    try {
      const engine = this.#opened();
      if (this.#closed || !engine.needsSettling) return;
      await engine.access.lock(longestWait);
      await engine.settle().finally(() => this.#rest());
    } finally {
      release();
    }
  }

  #opened(): CommitEngine {
    if (this.#engine === undefined) throw new BabaError("BABA_CLOSED", "The storage is not open.");
    return this.#engine;
  }
}

/** Whether it is said to be plain in a sealed store, or sealed with a key that the store does not have. */
function isInDoubt(content: Content): boolean {
  return content instanceof BabaError && IN_DOUBT.has(content.code);
}

function breatheOf(runtime: Runtime): Breathe {
  const loop = new EventLoop(runtime);
  return () => loop.breathe();
}
