import { CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import type { Journal } from "../journal/journal.ts";
import type { WriteLock } from "../lock/write-lock.ts";
import { folderOf } from "../names.ts";
import { inPieces } from "../pieces.ts";
import { rewriteFolders } from "../rewrite-folders.ts";
import { tidy } from "../store-folder.ts";
import type { Poison } from "./poison.ts";
import type { Replay } from "./replay.ts";
import type { Settling } from "./settling.ts";

/** Journal size, in bytes, above which a commit ends with a checkpoint. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;

type CheckpointingContext = {
  readonly files: FileSystem;
  readonly journal: Journal;
  readonly lock: WriteLock;
  readonly replay: Replay;
  readonly settling: Settling;
  readonly poison: Poison;
  readonly breathe: Breathe;
  readonly report: (message: string) => void;
  readonly inform: (message: string) => void;
};

/** Makes the files of commits durable, so that the journal may forget these commits. Needs the lock. */
export class Checkpointing {
  readonly #context: CheckpointingContext;
  #tidied = false;

  constructor(context: CheckpointingContext) {
    this.#context = context;
  }

  /** Whether the journal has become so long that a commit ends with a checkpoint. */
  get isDue(): boolean {
    return this.#context.journal.size > CHECKPOINT_BYTES;
  }

  /** Makes the record files durable and lets the journal forget them. */
  async checkpoint(): Promise<void> {
    const { journal, replay, settling, poison, inform } = this.#context;
    await settling.settle();
    if (journal.sequence === journal.checkpoint) return;
    const { left } = replay;
    await poison.guard(() => this.#syncAndRestart());
    if (left > 0) inform(`Recovered commits that were left unfinished: ${left}.`);
    await this.#tidy();
  }

  /** Checkpoints, and starts a segment with the current seal: nothing stays under another. */
  async renew(): Promise<void> {
    const { journal, poison } = this.#context;
    await this.checkpoint();
    await poison.guard(() => journal.restart());
  }

  /** Removes what dead processes left behind, apart from their commits, unless it has done so before. */
  async tidyOnce(): Promise<void> {
    if (!this.#tidied) await this.#tidy();
  }

  #tidy(): Promise<void> {
    const { files, lock, report } = this.#context;
    this.#tidied = true;
    return tidy(files, lock, report);
  }

  async #syncAndRestart(): Promise<void> {
    const { files, journal, lock, replay, breathe } = this.#context;
    await syncRecords(files, replay.redo.unsynced(), lock.ownFile, breathe).catch((error: unknown) =>
      this.#revoke(error),
    );
    // Even if it fails after creating the segment: later commits then come after this checkpoint.
    await journal.restart().finally(() => replay.noteCheckpoint());
  }

  /** A failed sync of record files is reported only once: whoever comes next must rewrite them. */
  async #revoke(error: unknown): Promise<never> {
    await this.#context.journal.revoke().catch(() => undefined);
    throw error;
  }
}

/**
 * Makes record files durable: the contents of those that exist, and the entries of their folders and of every
 * parent folder, which may be new.
 *
 * @param touched every name that changed, and whether there is a file
 * @param source an existing file to link to
 * @param breathe yields to other work
 */
async function syncRecords(
  files: FileSystem,
  touched: ReadonlyMap<string, boolean>,
  source: string,
  breathe: Breathe,
): Promise<void> {
  const present: string[] = [];
  const known = new Set<string>();
  await inPieces(touched, breathe, (name, isThere) => {
    if (isThere) present.push(name);
    addFolders(known, name);
  });
  const folders = [...known];
  await rewriteFolders(files, folders, source);
  try {
    await files.sync(present);
    await files.syncFolders(folders);
  } catch (cause) {
    throw new CommitUnknownError(
      "Syncing record files failed. What was committed is in the journal, but this handle refuses further writes: close " +
        "the database and open it again.",
      { cause },
    );
  }
}

/** Adds the folder of this name and all its parents. */
function addFolders(folders: Set<string>, name: string): void {
  for (let folder = folderOf(name); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
}
