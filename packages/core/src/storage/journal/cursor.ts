import { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { JOURNAL_FOLDER, segmentPath } from "../layout.ts";
import { FRAME_HEADER, FRAME_TRAILER } from "./frame.ts";
import {
  damagedJournal,
  type JournalCommit,
  type Position,
  type Read,
  readFrames,
  readJournal,
  readStart,
  startOf,
} from "./read-journal.ts";
import { folderInPlace, gone, withoutOurs } from "./refusals.ts";
import type { JournalSeals } from "./seal.ts";
import { SEGMENT_HEADER, type SegmentStart } from "./segment.ts";

/** What is kept of a commit to recognize it; the first of a segment stands for all before it. */
type Footprint = Omit<JournalCommit, "changes">;

/** New commits, in order. `restarted`: start afresh, as nothing is known of those before the first. */
export type News = { readonly commits: readonly JournalCommit[]; readonly restarted: boolean };

const NOTHING: News = { commits: [], restarted: false };

/**
 * A position in the journal that advances along it: past what others write with `follow`, and past what this
 * storage writes with `advance` and `enter`. Needs no lock.
 */
export class JournalCursor {
  readonly #files: FileSystem;
  readonly #seals: JournalSeals;
  /** Of the storage that this cursor belongs to. */
  readonly #token: string;
  readonly #breathe: Breathe;
  #position: Position | undefined;
  #unconfirmed: readonly JournalCommit[] = [];
  #trail: Footprint[] = [];
  #size = 0;
  /**
   * Read, but not yet taken in: a `follow` that fails midway has passed commits that no later one reads
   * again.
   */
  #unread: News = NOTHING;

  /** `breathe` yields to other work between pieces of reading. */
  constructor(files: FileSystem, seals: JournalSeals, token: string, breathe: Breathe) {
    this.#files = files;
    this.#seals = seals;
    this.#token = token;
    this.#breathe = breathe;
  }

  /** The position; `undefined` before there is a journal. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The commits of the newest segment that are not known to be synced. */
  get unconfirmed(): readonly JournalCommit[] {
    return this.#unconfirmed;
  }

  /** All commits of the newest segment. */
  get trail(): readonly Footprint[] {
    return this.#trail;
  }

  /** Bytes of all segments since the checkpoint. */
  get size(): number {
    return this.#size;
  }

  /** Whether this storage wrote the newest segment. */
  get isOwn(): boolean {
    return this.#position?.header.token === this.#token;
  }

  /** Reads what anyone has committed since the last `markTaken`. */
  async follow(): Promise<News> {
    for (let more = true; more; )
      more = this.#position === undefined ? await this.#load() : await this.#step(this.#position);
    return this.#unread;
  }

  /** What `follow` returned has been taken in and must not be returned again. */
  markTaken(): void {
    this.#unread = NOTHING;
  }

  /** Advances to the end of what was read or written in the newest segment. */
  advance(read: Read): void {
    this.#position = read.position;
    for (const { sequence, end, chain, digest } of read.commits)
      this.#trail.push({ sequence, end, chain, digest });
    const { synced } = read.position;
    this.#unconfirmed = [...this.#unconfirmed, ...read.commits].filter(({ sequence }) => sequence > synced);
  }

  /** Advances to the start of another segment. */
  enter(position: Position): void {
    const { header, offset, chain } = position;
    if (header.checkpoint > (this.#position?.header.checkpoint ?? 0)) this.#size = 0;
    this.#size += header.length;
    this.#position = position;
    this.#unconfirmed = [];
    this.#trail = [{ sequence: header.base, end: offset, chain, digest: 0n }];
  }

  /**
   * Advances to the end of the segment, or to the start of the next one; whether there may be more to read.
   */
  async #step(position: Position): Promise<boolean> {
    const { number } = position.header;
    // In this order: segments are removed oldest first, so if there is no next one and this one is still
    // there, it holds everything committed so far. Of another's segment, reading its end below shows that.
    const paths = [segmentPath(number + 1), segmentPath(number)];
    const [follows, stands] = await this.#files.kinds(this.isOwn ? paths : paths.slice(0, 1));
    if (stands === undefined && this.isOwn) return this.#load();
    if (follows === "folder") throw folderInPlace(number + 1);
    const next = follows === undefined ? undefined : await this.#nextStart(number + 1);
    if (next !== undefined && next.header.placed < position.placed) return this.#reload(position);
    if (next !== undefined && next.header.previousLength < position.offset)
      return this.#cross(position, next);
    return follows === undefined && this.isOwn ? false : this.#readOn(position, next);
  }

  async #readOn(position: Position, next: SegmentStart | undefined): Promise<boolean> {
    const tail = await this.#tail(position, next?.header.previousLength);
    if (tail === undefined) return this.#load();
    this.#tell(tail.commits);
    this.advance(tail);
    if (next === undefined) return false;
    if (next.header.previousChain !== tail.position.chain)
      throw damagedJournal(next.header.number, "it does not follow the segment before it");
    this.enter({ ...startOf(next), placed: Math.max(next.header.placed, tail.position.placed) });
    return true;
  }

  /** Reads everything, at first or if segments are gone. After that there is no more to read. */
  async #load(): Promise<false> {
    const known = this.#position;
    const read = await (known === undefined ? this.#readAll() : this.#readAllAgain(known));
    if (read === undefined) return false;
    const { commits, position } = read;
    this.#jumpTo(read);
    if (known === undefined || known.sequence < position.header.checkpoint)
      this.#unread = { commits, restarted: true };
    else this.#tell(commits.filter(({ sequence }) => sequence > known.sequence));
    return false;
  }

  /** Reads everything anew and tells of it as if nothing were known, as marks no longer hold. */
  async #reload(known: Position): Promise<false> {
    const read = await this.#readAllAgain(known);
    this.#jumpTo(read);
    this.#unread = { commits: read.commits, restarted: true };
    return false;
  }

  #readAll(): Promise<Read | undefined> {
    return unlessPassing(() => readJournal(this.#files, this.#seals, this.#breathe));
  }

  /** Everything in a journal that was read up to a position: it cannot have lost what is before that. */
  async #readAllAgain({ sequence }: Position): Promise<Read> {
    const read = await this.#readAll();
    if (read === undefined) throw await this.#lost();
    if (read.position.sequence < sequence) throw withoutOurs();
    return read;
  }

  /** Advances to the end of a journal that was read as a whole. */
  #jumpTo({ commits, position }: Read): void {
    const { header } = position;
    this.enter(startOf(position));
    this.advance({ position, commits: commits.filter(({ sequence }) => sequence > header.base) });
    this.#size = header.length;
  }

  /** The error when no segment is left: nobody who takes the journal over removes its folder. */
  async #lost(): Promise<BabaError> {
    const [folder] = await this.#files.kinds([JOURNAL_FOLDER]);
    return folder === undefined ? gone() : withoutOurs();
  }

  #tell(commits: readonly JournalCommit[]): void {
    if (commits.length === 0) return;
    this.#unread = { ...this.#unread, commits: [...this.#unread.commits, ...commits] };
  }

  /**
   * Advances to a segment that pins less than was read here. Marks do not count, and its writer has rewritten
   * the commits it did not know to be synced; those must be the same.
   */
  async #cross(position: Position, next: SegmentStart): Promise<boolean> {
    const pinned = this.#trail.findIndex(
      ({ end, chain }) => end === next.header.previousLength && chain === next.header.previousChain,
    );
    if (pinned < 0) throw withoutOurs();
    const expected = this.#trail.slice(pinned + 1);
    const start = { ...startOf(next), placed: Math.max(next.header.placed, position.placed) };
    const read = await this.#tail(start, undefined);
    if (read === undefined) return this.#load();
    const same = expected.every(({ sequence, digest }, i) => {
      const commit = read.commits[i];
      return commit?.sequence === sequence && commit.digest === digest;
    });
    if (!same) throw withoutOurs();
    this.enter(start);
    this.advance(read);
    this.#tell(read.commits.slice(expected.length));
    return true;
  }

  async #nextStart(number: number): Promise<SegmentStart | undefined> {
    const bytes = await this.#files.readRange(segmentPath(number), 0, SEGMENT_HEADER);
    return bytes === undefined ? undefined : readStart(bytes, number, this.#seals);
  }

  /** The frames from the position on; `undefined` if the segment is gone. What was read before must still be there. */
  async #tail(position: Position, limit: number | undefined): Promise<Read | undefined> {
    const path = segmentPath(position.header.number);
    const wanted = (limit ?? position.header.length) - position.offset;
    const from = position.offset - FRAME_TRAILER;
    const peek = await this.#files.readRange(path, from, FRAME_TRAILER + Math.min(FRAME_HEADER, wanted));
    if (peek === undefined) return undefined;
    if (!leadsTo(position, peek)) throw withoutOurs();
    if (wanted === 0 || (limit === undefined && peek.subarray(FRAME_TRAILER).every((byte) => byte === 0)))
      return { commits: [], position };
    return unlessPassing(async () => {
      const [segment] = await this.#files.read([path]);
      if (segment instanceof Error) throw segment;
      return segment === undefined ? undefined : readFrames(segment, position, limit, this.#breathe);
    });
  }
}

/** Whether the bytes before a position end a frame with its chain, or the header with its checksum. */
function leadsTo({ offset, chain }: Position, before: Uint8Array): boolean {
  if (before.length < FRAME_TRAILER) return false;
  const view = new DataView(before.buffer, before.byteOffset, before.length);
  return view.getBigUint64(offset === SEGMENT_HEADER ? FRAME_TRAILER - 8 : 0) === chain;
}

/**
 * A segment read in the middle of a write may show any part of the frame; real damage is still there at the
 * third look.
 */
async function unlessPassing<T>(read: () => Promise<T>): Promise<T> {
  for (let look = 1; ; look++) {
    try {
      return await read();
    } catch (error) {
      if (look === 3 || !(error instanceof BabaError) || error.code !== "BABA_JOURNAL") throw error;
    }
  }
}
