import { xxh64 } from "../../codec/index.ts";
import { BabaError, CommitUnknownError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import { type Changes, encodeChanges } from "./changes.ts";
import { encodeFrame, FRAME_HEADER, FRAME_START, frameSize } from "./frame.ts";
import {
  damaged,
  type JournalCommit,
  type Position,
  type Read,
  readFrames,
  readHeader,
  readJournal,
  startOf,
} from "./read-journal.ts";
import { encodeSegmentHeader, SEGMENT_HEADER, type SegmentHeader } from "./segment.ts";

const SMALLEST_SEGMENT = 16 * 1024;
const LARGEST_SEGMENT = 256 * 1024;
const PAGE = 4096;
const NOTHING = new Uint8Array();

/** Who writes a journal. */
export type JournalWriter = {
  /** 16 hexadecimal digits that no other opened storage has. */
  readonly token: string;
  /** Of this process, for `FileSystem.lives`. */
  readonly identity: string;
  readonly random: (bytes: Uint8Array) => Uint8Array;
};

/** What is kept of a commit to know it again; the first of a segment stands for all before it. */
type Footprint = Omit<JournalCommit, "changes">;

/** Commits that were not known before, in order. `restarted`: those before the first are not known. */
export type News = { readonly commits: readonly JournalCommit[]; readonly restarted: boolean };

/**
 * The redo journal: numbered segments, each written by one opened storage alone, in which commits
 * follow one another in a chain of checksums. Reading needs no lock; `append`, `mark` and `start`
 * need the write lock and a `follow` under it.
 */
export class Journal {
  readonly #files: FileSystem;
  readonly #writer: JournalWriter;
  #position: Position | undefined;
  /** The commits of the newest segment whose sync nobody has told of. */
  #unconfirmed: JournalCommit[] = [];
  /** All commits of the newest segment. */
  #trail: Footprint[] = [];
  /** A write failed after the position: what stands there is unknown, and nothing may follow it. */
  #dirty = false;
  #nextLength = SMALLEST_SEGMENT;
  /** Bytes of all segments since the checkpoint. */
  #size = 0;

  constructor(files: FileSystem, writer: JournalWriter) {
    this.#files = files;
    this.#writer = writer;
  }

  /** The newest commit's sequence; 0 before the first. */
  get sequence(): number {
    return this.#position?.sequence ?? 0;
  }

  /** Every commit up to this one is durable in the record files. */
  get checkpoint(): number {
    return this.#position?.header.checkpoint ?? 0;
  }

  /** Every commit up to this one was put in its place, by its writer's word. */
  get placed(): number {
    return this.#position?.placed ?? 0;
  }

  /** The bytes of the segments since the checkpoint. */
  get size(): number {
    return this.#size;
  }

  /** The process that wrote the newest segment; `undefined` where there is no journal. */
  get lastWriter(): string | undefined {
    return this.#position?.header.identity;
  }

  /** Whether this storage wrote the newest segment. */
  get isOwn(): boolean {
    return this.#position?.header.token === this.#writer.token;
  }

  /** Reads what was committed since the last call, by anybody. */
  async follow(): Promise<News> {
    const commits: JournalCommit[] = [];
    for (;;) {
      const position = this.#position;
      if (position === undefined) return this.#load(commits);
      const { number } = position.header;
      // In this order: segments go oldest first, so with no next one and this one still there, all that was
      // committed before this moment is in this one.
      const [follows, stands] = await this.#files.kinds([segmentPath(number + 1), segmentPath(number)]);
      if (stands === undefined) return this.#load(commits);
      const next = follows === undefined ? undefined : await this.#nextHeader(number + 1);
      if (next !== undefined && next.placed < position.placed) return this.#load(commits, true);
      if (next !== undefined && next.previousLength < position.offset) {
        const crossed = await this.#cross(next);
        if (crossed === undefined) return this.#load(commits);
        commits.push(...crossed);
        continue;
      }
      if (follows === undefined && this.isOwn) return { commits, restarted: false };
      const tail = await this.#tail(position, next?.previousLength);
      if (tail === undefined) return this.#load(commits);
      commits.push(...tail.commits);
      this.#advance(tail);
      if (next === undefined) return { commits, restarted: false };
      if (next.previousChain !== tail.position.chain)
        throw damaged(next.number, "it does not follow the segment before it");
      this.#enter({ ...startOf(next), placed: Math.max(next.placed, tail.position.placed) });
    }
  }

  /**
   * Writes commits after the newest one; not durable before `sync`, unless they began a segment.
   * Returns whether they are durable already.
   */
  async append(batch: readonly Changes[]): Promise<boolean> {
    const commits = batch.map(encoded);
    const size = sizeOf(commits);
    const position = this.#position;
    if (
      position !== undefined &&
      this.isOwn &&
      !this.#dirty &&
      position.offset + size <= position.header.length
    ) {
      await this.#write(position, commits);
      return false;
    }
    if (this.isOwn && !this.#dirty) await this.sync();
    await this.#startSegment(this.checkpoint, batch);
    return true;
  }

  /** Makes every commit durable. */
  async sync(): Promise<void> {
    const position = this.#position;
    if (position === undefined || position.synced === position.sequence) return;
    await this.#files.sync([segmentPath(position.header.number)]).catch(failedSync);
    this.#position = { ...position, synced: position.sequence };
    this.#unconfirmed = [];
  }

  /** Makes every commit durable by this storage's own syncs, whoever wrote it. */
  async secure(): Promise<void> {
    if (this.isOwn && !this.#dirty) await this.sync();
    else if (this.#unconfirmed.length > 0) await this.#startSegment(this.checkpoint, []);
  }

  /**
   * Says, for other processes, that every commit is synced and in its place. It only saves them work: it
   * needs no sync, and where it cannot be written nothing is lost.
   */
  async mark(): Promise<void> {
    const position = this.#position;
    if (position === undefined) return;
    const { sequence } = position;
    this.#position = { ...position, placed: sequence };
    const { bytes, chain } = encodeFrame(
      { kind: "mark", sequence, synced: sequence, body: NOTHING },
      position.chain,
      position.seed,
    );
    if (!this.isOwn || this.#dirty || position.offset + bytes.length > position.header.length) return;
    await this.#put(position, bytes).catch(() => undefined);
    if (!this.#dirty)
      this.#position = { ...position, offset: position.offset + bytes.length, chain, placed: sequence };
  }

  /** Forgets what marks said: their writers ended, and a power cut may have come since. */
  distrust(): void {
    if (this.#position !== undefined) this.#position = { ...this.#position, placed: this.checkpoint };
  }

  /**
   * Takes back what marks said: a sync of record files failed, and another one would not say so again. All
   * commits since the checkpoint are to be put in their places anew, by whoever comes next.
   */
  async revoke(): Promise<void> {
    this.distrust();
    await this.#startSegment(this.checkpoint, []);
  }

  /** Begins a segment that says that all commits are durable in the record files, and removes those before it. */
  async restart(): Promise<void> {
    const last = this.#position?.header.number ?? 0;
    await this.#startSegment(this.sequence, []);
    await this.#removeUntil(last);
  }

  /** Reads everything anew: at first, where segments have gone, or (`revoked`) where places are not what marks said. */
  async #load(known: readonly JournalCommit[], revoked = false): Promise<News> {
    const before = this.#position === undefined ? undefined : this.sequence;
    const read = await unlessPassing(() => readJournal(this.#files));
    if (read === undefined) {
      if (before !== undefined) throw takenOver();
      return { commits: known, restarted: false };
    }
    if (before !== undefined && read.position.sequence < before) throw takenOver();
    this.#enter(read.position);
    this.#trail = [
      { sequence: read.position.header.base, end: SEGMENT_HEADER, chain: read.position.seed, digest: 0n },
    ];
    const { header, synced } = read.position;
    const inNewest = read.commits.filter(({ sequence }) => sequence > header.base);
    this.#remember(inNewest, synced);
    this.#size = read.position.header.length;
    const restarted = revoked || before === undefined || before < read.position.header.checkpoint;
    if (restarted) return { commits: read.commits, restarted };
    return { commits: [...known, ...read.commits.filter(({ sequence }) => sequence > before)], restarted };
  }

  /**
   * Goes on to a segment that pins less than was read here: marks do not count, and commits that its writer
   * did not know to be synced it has written anew; they must be the same. Gives the new ones behind them;
   * `undefined` where the segment is gone.
   */
  async #cross(next: SegmentHeader): Promise<readonly JournalCommit[] | undefined> {
    const pinned = this.#trail.findIndex(
      ({ end, chain }) => end === next.previousLength && chain === next.previousChain,
    );
    if (pinned < 0) throw takenOver();
    const expected = this.#trail.slice(pinned + 1);
    const start = { ...startOf(next), placed: Math.max(next.placed, this.placed) };
    const read = await this.#tail(start, undefined);
    if (read === undefined) return undefined;
    const same = expected.every(({ sequence, digest }, i) => {
      const commit = read.commits[i];
      return commit?.sequence === sequence && commit.digest === digest;
    });
    if (!same) throw takenOver();
    this.#enter(start);
    this.#advance(read);
    return read.commits.slice(expected.length);
  }

  async #nextHeader(number: number): Promise<SegmentHeader | undefined> {
    const bytes = await this.#files.readRange(segmentPath(number), 0, SEGMENT_HEADER);
    return bytes === undefined ? undefined : readHeader(bytes, number);
  }

  /** The frames from the position on; `undefined` where the segment is gone. */
  async #tail(position: Position, limit: number | undefined): Promise<Read | undefined> {
    const path = segmentPath(position.header.number);
    const wanted = (limit ?? position.header.length) - position.offset;
    const peek = await this.#files.readRange(path, position.offset, Math.min(FRAME_HEADER, wanted));
    if (peek === undefined) return undefined;
    if (wanted === 0 || (limit === undefined && peek.every((byte) => byte === 0)))
      return { commits: [], position };
    return unlessPassing(async () => {
      const [segment] = await this.#files.read([path]);
      if (segment instanceof Error) throw segment;
      return segment === undefined ? undefined : readFrames(segment, position, limit);
    });
  }

  #advance(read: Read): void {
    this.#position = read.position;
    this.#remember(read.commits, read.position.synced);
  }

  #remember(commits: readonly JournalCommit[], synced: number): void {
    for (const { sequence, end, chain, digest } of commits)
      this.#trail.push({ sequence, end, chain, digest });
    this.#unconfirmed = [...this.#unconfirmed, ...commits].filter(({ sequence }) => sequence > synced);
  }

  #enter(position: Position): void {
    if (position.header.checkpoint > this.checkpoint) this.#size = 0;
    this.#size += position.header.length;
    this.#position = position;
    this.#unconfirmed = [];
    const { header, offset, chain } = position;
    this.#trail = [{ sequence: header.base, end: offset, chain, digest: 0n }];
    this.#dirty = false;
  }

  async #write(position: Position, commits: readonly Encoded[]): Promise<void> {
    const written = encodeCommits(position, commits);
    try {
      await this.#put(position, written.bytes);
    } catch (error) {
      await this.#unwrite(position, error);
      throw error;
    }
    this.#advance(written);
  }

  /** A write that failed may have written everything: without its header no reader takes it for a commit. */
  async #unwrite(position: Position, cause: unknown): Promise<void> {
    try {
      await this.#files.write(
        segmentPath(position.header.number),
        position.offset,
        new Uint8Array(FRAME_START),
      );
    } catch {
      throw new CommitUnknownError(
        "A write to the journal failed and could not be taken back, so it is not known whether the commit counts. Close " +
          "the database, open it again and look; this handle writes no more.",
        { cause },
      );
    }
  }

  async #put(position: Position, bytes: Uint8Array): Promise<void> {
    try {
      await this.#files.write(segmentPath(position.header.number), position.offset, bytes);
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }

  /**
   * Begins the next segment with these commits, after those of the segment before it that nobody has
   * said are synced: whether another process's sync of them failed cannot be known, so they are
   * written anew. The link is the one instant at which the segment exists; of two writers one wins.
   */
  async #startSegment(checkpoint: number, batch: readonly Changes[]): Promise<void> {
    const position = this.#position;
    const carried = this.#unconfirmed;
    const base = this.sequence - carried.length;
    // Not behind later marks: those are not synced.
    const pin = this.#trail.findLast(({ sequence }) => sequence <= base);
    const commits = [...carried.map(({ changes }) => changes), ...batch].map(encoded);
    const header = {
      number: (position?.header.number ?? 0) + 1,
      base,
      checkpoint,
      placed: Math.max(this.placed, checkpoint),
      previousLength: pin?.end ?? 0,
      previousChain: pin?.chain ?? 0n,
      length: this.#lengthFor(SEGMENT_HEADER + sizeOf(commits), commits.length),
      salt: this.#writer.random(new Uint8Array(16)),
      token: this.#writer.token,
      identity: this.#writer.identity,
    };
    const written = encodeCommits(startOf(header), commits);
    const file = new Uint8Array(header.length);
    file.set(encodeSegmentHeader(header));
    file.set(written.bytes, SEGMENT_HEADER);
    await this.#publish(header.number, file);
    const { sequence } = written.position;
    this.#enter(startOf(header));
    this.#position = { ...written.position, synced: sequence };
    this.#remember(written.commits, sequence);
  }

  async #publish(number: number, file: Uint8Array): Promise<void> {
    const temporary = `${TEMPORARY_FOLDER}/${this.#writer.token}-segment-${number}`;
    try {
      await this.#files.create([{ path: temporary, bytes: file }]);
      await this.#files.sync([temporary]);
      if (!(await this.#files.link(temporary, segmentPath(number)))) throw takenOver();
    } finally {
      await this.#files.remove([temporary]).catch(() => undefined);
    }
    await this.#files.syncFolders([JOURNAL_FOLDER]).catch(failedSync);
  }

  /** An empty segment is small; one that follows a full one of the same writer is twice as long. */
  #lengthFor(size: number, commits: number): number {
    if (commits === 0) return PAGE;
    const length = Math.max(this.#nextLength, Math.ceil((size + FRAME_HEADER) / PAGE) * PAGE);
    this.#nextLength = this.isOwn ? Math.min(LARGEST_SEGMENT, this.#nextLength * 2) : SMALLEST_SEGMENT;
    return length;
  }

  /** Oldest first, so that a segment that is there always has those after it. */
  async #removeUntil(last: number): Promise<void> {
    const entries = (await this.#files.list(JOURNAL_FOLDER)) ?? [];
    const names = entries.map((entry) => entry.name).filter((name) => name <= segmentPath(last).slice(-16));
    await this.#files.remove(names.sort().map((name) => `${JOURNAL_FOLDER}/${name}`));
  }
}

/**
 * A segment read while its writer is in the middle of a write may show any part of the frame; what is
 * damaged for good is so at the third look too.
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

/** Changes, and the body of their frame. */
type Encoded = { readonly changes: Changes; readonly body: Uint8Array };

function encoded(changes: Changes): Encoded {
  return { changes, body: encodeChanges(changes) };
}

function sizeOf(commits: readonly Encoded[]): number {
  return commits.reduce((sum, { body }) => sum + frameSize(body.length), 0);
}

function encodeCommits(from: Position, batch: readonly Encoded[]): Read & { readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(sizeOf(batch));
  const commits: JournalCommit[] = [];
  let { offset, chain, sequence } = from;
  for (const { changes, body } of batch) {
    sequence++;
    const frame = encodeFrame({ kind: "commit", sequence, synced: from.synced, body }, chain, from.seed);
    bytes.set(frame.bytes, offset - from.offset);
    offset += frame.bytes.length;
    chain = frame.chain;
    commits.push({ sequence, changes, end: offset, chain, digest: xxh64(body, 0n) });
  }
  return { bytes, position: { ...from, offset, chain, sequence }, commits };
}

/** A sync is never tried again: the system may have dropped what it could not write, and say nothing the second time. */
function failedSync(cause: unknown): never {
  throw new CommitUnknownError(
    "A sync of the journal failed, so it is not known whether the last commit is durable. Close the database, open " +
      "it again and look; this handle writes no more.",
    { cause },
  );
}

function takenOver(): BabaError {
  return new LockedError(
    "The journal was taken over by another process while this one held the write lock (forceUnlock, or the store's " +
      "folder was replaced): close the database and open it again.",
  );
}
