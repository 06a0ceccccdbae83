import { CommitUnknownError } from "../../errors.ts";

/**
 * What a failed sync or a lost lock does to a handle: what is on disk is not known, and a second sync may
 * succeed without what the first one lost. So the handle writes no more.
 */
export class Poison {
  #cause: CommitUnknownError | undefined;

  /** Whether nothing has poisoned the handle. */
  get isSound(): boolean {
    return this.#cause === undefined;
  }

  /** @throws {CommitUnknownError} with the error that poisoned this handle, if one did */
  mustBeSound(): void {
    if (this.#cause === undefined) return;
    throw new CommitUnknownError(
      "The outcome of an earlier commit is unknown (see the cause), so this handle refuses further writes: close the " +
        "database, open it again and check whether that commit is there.",
      { cause: this.#cause },
    );
  }

  /** Does work of which a `CommitUnknownError` poisons the handle, unless it is poisoned already. */
  async guard(work: () => Promise<void>): Promise<void> {
    this.mustBeSound();
    try {
      await work();
    } catch (error) {
      if (error instanceof CommitUnknownError) this.#cause = error;
      throw error;
    }
  }
}
