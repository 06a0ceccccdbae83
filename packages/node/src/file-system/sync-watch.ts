/** Milliseconds for which the event loop is kept turning for the end of one sync. */
const LONGEST = 1;
/** By how many more watches in vain than others the processors count as busy. */
const BUSY = 16;
/** How many syncs are then left unwatched before one is watched again. */
const UNWATCHED = 64;

/**
 * Decides whether to keep the event loop turning until a sync ends. Most syncs end within a fraction of a
 * millisecond, and waking the loop takes a third as long as the sync; but where the processors are busy, a
 * turning loop takes away the very one that the sync needs, and where the disk is slow it turns in vain.
 */
export class SyncWatch {
  #surplus = 0;
  #unwatched = 0;

  /** Milliseconds for which to watch the sync that begins; zero if not at all. */
  next(): number {
    if (this.#unwatched === 0) return LONGEST;
    this.#unwatched -= 1;
    return 0;
  }

  /** Notes whether a watched sync ended while it was watched. */
  note(ended: boolean): void {
    this.#surplus = Math.min(BUSY, Math.max(0, this.#surplus + (ended ? -1 : 1)));
    if (this.#surplus === BUSY) this.#unwatched = UNWATCHED;
  }
}
