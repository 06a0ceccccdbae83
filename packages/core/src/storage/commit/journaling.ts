import type { Breathe } from "../../runtime/event-loop.ts";
import type { Journal } from "../journal/journal.ts";
import type { LockTenure } from "../lock/lock-tenure.ts";
import type { Protection } from "../protection.ts";
import type { RecordPlacer } from "../records/record-placer.ts";
import type { Changes } from "../storage.ts";
import type { Poison } from "./poison.ts";
import type { Replay } from "./replay.ts";
import type { Settling } from "./settling.ts";
import { awaitsFiles, awaitsSync, pauseIfLong, type Submission } from "./submission.ts";

type JournalingContext = {
  readonly protection: Protection;
  readonly journal: Journal;
  readonly tenure: LockTenure;
  readonly replay: Replay;
  readonly placer: RecordPlacer;
  readonly settling: Settling;
  readonly poison: Poison;
  readonly breathe: Breathe;
};

/** Writes batches to the journal, which commits them. Needs the lock. */
export class Journaling {
  readonly #context: JournalingContext;

  constructor(context: JournalingContext) {
    this.#context = context;
  }

  /** Commits a batch with one write and one sync. If someone waits for its files, they are staged meanwhile. */
  async write(submissions: readonly Submission[]): Promise<void> {
    const { replay, poison, breathe } = this.#context;
    const batch = await this.#sealed(submissions);
    await pauseIfLong(batch, breathe);
    await poison
      .guard(() => this.#append(batch, submissions))
      .catch((error: unknown) => this.#unwritten(batch, error));
    replay.noteCommitted(batch);
    await pauseIfLong(batch, breathe);
  }

  async #sealed(submissions: readonly Submission[]): Promise<Changes[]> {
    const { protection } = this.#context;
    await protection.prepare();
    const batch: Changes[] = [];
    for (const { transaction } of submissions) batch.push(await protection.seal(transaction.changes));
    return batch;
  }

  async #append(batch: readonly Changes[], submissions: readonly Submission[]): Promise<void> {
    const { journal, tenure } = this.#context;
    const stages = awaitsFiles(submissions);
    const mustSync = stages || awaitsSync(submissions);
    if ((await journal.append(batch)) || !mustSync) await tenure.mustHaveHeld();
    else await (stages ? this.#syncAndStage(batch) : this.#syncAndCheck());
  }

  /** During the sync, the files' texts are written to temporary files, to be renamed into place after it. */
  async #syncAndStage(batch: readonly Changes[]): Promise<void> {
    const { journal, tenure, placer, settling } = this.#context;
    const syncing = journal.sync();
    const staging = settling.isDue ? undefined : placer.stage(batch);
    await syncing.finally(() => staging);
    await tenure.mustHaveHeld();
  }

  /** Checks the lock during the sync: whoever takes it from now on finds the commit in the journal. */
  async #syncAndCheck(): Promise<void> {
    const { journal, tenure } = this.#context;
    const syncing = journal.sync();
    const checking = tenure.mustHaveHeld();
    // It may fail before the sync ends, and is only awaited after it.
    checking.catch(() => undefined);
    await syncing.finally(() => checking);
  }

  /** What was written is in the journal, durable or not: reads and conflict checks must know of it. */
  async #unwritten(batch: readonly Changes[], error: unknown): Promise<never> {
    const { journal, replay, placer } = this.#context;
    if (journal.sequence > replay.newest) replay.noteCommitted(batch);
    await placer.unstage();
    throw error;
  }
}
