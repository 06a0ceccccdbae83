import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import type { News } from "../journal/cursor.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalCommit } from "../journal/read-journal.ts";
import { ownerPath } from "../layout.ts";
import { ownerLives } from "../lock/lock-owner.ts";
import type { Changes } from "../storage.ts";
import { History } from "./history.ts";
import { Redo } from "./redo.ts";

/**
 * The replay of the journal: what all commits, its own and others', mean for the record files and for
 * conflicts. Callers see to it that only one at a time advances along the journal.
 */
export class Replay {
  readonly redo: Redo = new Redo();
  readonly history: History = new History(0);
  readonly #files: FileSystem;
  readonly #journal: Journal;
  #newest = 0;
  #loaded = false;
  #checkpoint = 0;
  /** Commits up to this one are by storages that have ended. */
  #abandoned = 0;
  /** The newest commit by another storage. */
  #foreign = 0;

  constructor(files: FileSystem, journal: Journal) {
    this.#files = files;
    this.#journal = journal;
  }

  /** The newest commit that was taken in. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether a storage that has ended left work: commits that are not in place, or not durably. */
  get needsRecovery(): boolean {
    return this.left > 0;
  }

  /** How many such commits it left. */
  get left(): number {
    return Math.max(0, this.#abandoned - this.#journal.checkpoint);
  }

  /** Whether another storage has committed what is not in place yet. */
  get inherits(): boolean {
    return this.#foreign > this.#journal.placed;
  }

  /** Takes in what others committed. `breathe` yields to other work. */
  async catchUp(breathe: Breathe): Promise<void> {
    const news = await this.#journal.follow();
    if (!this.#loaded || news.restarted) await this.#begin(news);
    this.#journal.markTaken();
    this.noteCheckpoint();
    for (const commit of news.commits) this.#note(commit);
    this.#newest = this.#journal.sequence;
    if (news.commits.length > 0) this.#foreign = this.#newest;
    await this.redo.notePlaced(this.#journal.placed, breathe);
  }

  /** Takes in what was committed here. */
  noteCommitted(batch: readonly Changes[]): void {
    const first = this.#newest + 1;
    for (const [i, changes] of batch.entries()) this.#note({ sequence: first + i, changes });
    // Under the lock, all before it is known; in a new store, that is nothing.
    this.#loaded = true;
    this.#newest = this.#journal.sequence;
  }

  /** Notices a checkpoint since the last call: what it made durable no longer needs a sync. */
  noteCheckpoint(): void {
    if (this.#journal.checkpoint > this.#checkpoint) this.redo.noteSynced();
    this.#checkpoint = this.#journal.checkpoint;
  }

  /** On the first read of a journal, or after a restart of it: what came before is not known. */
  async #begin(news: News): Promise<void> {
    const writer = this.#journal.lastWriter;
    if (writer === undefined) return;
    const first = news.commits[0];
    this.history.forgetUntil(first === undefined ? this.#journal.sequence : first.sequence - 1);
    const lives = this.#journal.isOwn || (await ownerLives(this.#files, writer));
    const hasEnded = lives === false || (lives === true && (await this.#isClosed(writer.token)));
    this.#abandoned = hasEnded ? this.#journal.sequence : 0;
    // A power cut may have come since a mark was written, unless its writer is proved to be alive; and one
    // that was closed before a checkpoint may have failed to sync what it marked.
    if (lives !== true || hasEnded) this.#journal.distrust();
    this.#loaded = true;
  }

  /**
   * Whether the last writer was closed before everything was durably in place, although its process lives.
   */
  async #isClosed(token: string): Promise<boolean> {
    if (this.#journal.isOwn || this.#journal.checkpoint === this.#journal.sequence) return false;
    const [kind] = await this.#files.kinds([ownerPath(token)]);
    return kind === undefined;
  }

  #note(commit: Pick<JournalCommit, "sequence" | "changes">): void {
    this.redo.note(commit);
    this.history.note(commit.sequence, [...commit.changes.keys()]);
  }
}
