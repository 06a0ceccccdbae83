import type { Breathe } from "../../runtime/event-loop.ts";
import type { Journal } from "../journal/journal.ts";
import type { RecordPlacer } from "../records/record-placer.ts";
import type { Poison } from "./poison.ts";
import type { Replay } from "./replay.ts";

type SettlingContext = {
  readonly journal: Journal;
  readonly replay: Replay;
  readonly placer: RecordPlacer;
  readonly poison: Poison;
  readonly breathe: Breathe;
  /** Throws if the write lock was taken away. */
  readonly mustHold: () => Promise<void>;
};

/**
 * Puts the files of commits in place. Idempotent: it does not matter how often, or how far the last one got.
 * Needs the lock. If it fails, nothing more is committed until it succeeds.
 */
export class Settling {
  readonly #context: SettlingContext;
  #failure: unknown;

  constructor(context: SettlingContext) {
    this.#context = context;
  }

  /** Whether commits wait to be put in place. */
  get isDue(): boolean {
    return this.#context.replay.redo.size > 0;
  }

  /** Whether the last attempt failed. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** As {@link Settling.place}, once it is certain that the lock is still held. */
  async settle(): Promise<void> {
    // After a pause of this process the lock may be lost to force: old files would replace newer ones.
    await this.#context.mustHold();
    await this.place();
  }

  /** Puts every commit in place, and notes it for other processes. */
  async place(): Promise<void> {
    const { journal, replay, breathe } = this.#context;
    if (this.isDue) await this.#placeRecords();
    await replay.redo.notePlaced(replay.newest, breathe);
    this.#failure = undefined;
    journal.noteSettled();
  }

  async #placeRecords(): Promise<void> {
    const { journal, replay, placer, poison } = this.#context;
    try {
      await poison.guard(() => journal.secure());
      await placer.place(replay.redo.unplaced());
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
