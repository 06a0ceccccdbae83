import { CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { isCrowded, isUnopened, systemCode } from "../../system-error.ts";
import { JOURNAL_FOLDER, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import type { Changes } from "../storage.ts";
import { createAnew } from "../temporary-files.ts";
import { JournalCursor, type News } from "./cursor.ts";
import { type Encoded, encodeBody, LONG_BYTES, PAGE, roomAround, sizeOf, writeCommits } from "./encoded.ts";
import { encodeFrameAt, FRAME_HEADER, FRAME_START } from "./frame.ts";
import { type Position, segmentsIn, startOf } from "./read-journal.ts";
import { takenOver, unlinked } from "./refusals.ts";
import type { JournalSeals } from "./seal.ts";
import { encodeSegmentHeader, SEGMENT_HEADER, type SegmentHeader, segmentStart } from "./segment.ts";
import { synced } from "./synced.ts";

const SMALLEST_SEGMENT = 16 * 1024;
const LARGEST_SEGMENT = 256 * 1024;
/** Bytes of a segment's salt. */
const SALT_SIZE = 16;
const NOTHING = new Uint8Array();

/** The writer of a journal. */
export type JournalWriter = {
  /** 16 hexadecimal digits that no other open storage has. */
  readonly token: string;
  /** This process, for `FileSystem.lives`. */
  readonly identity: string;
  /** That many random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** Yields to other work between the pieces of long work. */
  readonly breathe: Breathe;
  /** Whether the write lock is still held. */
  readonly isHeld: () => Promise<boolean>;
};

/**
 * The redo journal: numbered segments, each written by one open storage only, in which commits form a chain
 * of checksums. Reading needs no lock; `append`, `mark` and everything that starts a segment need the write
 * lock and a `follow` under it.
 */
export class Journal {
  readonly #files: FileSystem;
  readonly #writer: JournalWriter;
  readonly #seals: JournalSeals;
  readonly #cursor: JournalCursor;
  /** A segment in which a write past the position failed: what is there is unknown; nothing may follow it. */
  #dirty: number | undefined;
  /** The segment in which a mark is due: commits were settled since its last one. */
  #untold: number | undefined;
  #nextLength = SMALLEST_SEGMENT;

  constructor(files: FileSystem, writer: JournalWriter, seals: JournalSeals) {
    this.#files = files;
    this.#writer = writer;
    this.#seals = seals;
    this.#cursor = new JournalCursor(files, seals, writer.token, writer.breathe);
  }

  /** The newest commit's sequence; 0 before the first. */
  get sequence(): number {
    return this.#cursor.position?.sequence ?? 0;
  }

  /** Every commit up to this one is durable in the record files. */
  get checkpoint(): number {
    return this.#cursor.position?.header.checkpoint ?? 0;
  }

  /** Every commit up to this one is in place, according to its writer. */
  get placed(): number {
    return this.#cursor.position?.placed ?? 0;
  }

  /** Bytes in the segments since the checkpoint. */
  get size(): number {
    return this.#cursor.size;
  }

  /** Who wrote the newest segment; `undefined` if there is no journal. */
  get lastWriter(): Pick<JournalWriter, "token" | "identity"> | undefined {
    return this.#cursor.position?.header;
  }

  /** Whether this storage wrote the newest segment. */
  get isOwn(): boolean {
    return this.#cursor.isOwn;
  }

  /** Reads what anyone has committed since the last `markTaken`. */
  follow(): Promise<News> {
    return this.#cursor.follow();
  }

  /** What `follow` returned has been taken in and must not be returned again. */
  markTaken(): void {
    this.#cursor.markTaken();
  }

  /** Appends commits. Returns whether they are already durable, by starting a segment, or need a `sync`. */
  async append(batch: readonly Changes[]): Promise<boolean> {
    const commits = await this.#encoded(batch);
    if (sizeOf(commits, undefined) > LONG_BYTES) await this.#writer.breathe();
    const position = this.#writable();
    const fits =
      position !== undefined &&
      position.seal?.keyId === this.#seals.journal?.keyId &&
      position.offset + sizeOf(commits, position.seal) <= position.header.length;
    if (fits) {
      await this.#write(position, commits);
      return false;
    }
    if (position !== undefined) await this.sync();
    await this.#startSegment(this.checkpoint, commits);
    return true;
  }

  /** Makes every commit durable. */
  async sync(): Promise<void> {
    const { position } = this.#cursor;
    if (position === undefined || position.synced === position.sequence) return;
    await synced(() => this.#files.sync([segmentPath(position.header.number)]));
    this.#move({ ...position, synced: position.sequence });
  }

  /** Makes every commit durable by this storage's own sync, whoever wrote it. */
  async secure(): Promise<void> {
    if (this.#writable() !== undefined) await this.sync();
    else if (this.#cursor.unconfirmed.length > 0) await this.#startSegment(this.checkpoint, []);
  }

  /** Notes that every commit is synced and in place; others learn it from the next mark or segment. */
  noteSettled(): void {
    const { position } = this.#cursor;
    if (position === undefined || position.placed === position.sequence) return;
    this.#move({ ...position, placed: position.sequence });
    this.#untold = position.header.number;
  }

  /** Tells other processes what `noteSettled` noted, to save them work: needs no sync, and may be lost. */
  async mark(): Promise<void> {
    const position = this.#writable();
    if (position === undefined || position.header.number !== this.#untold) return;
    this.#untold = undefined;
    const sequence = position.placed;
    const { bytes, chain } = encodeFrameAt(position, {
      kind: "mark",
      sequence,
      synced: sequence,
      body: NOTHING,
    });
    if (position.offset + bytes.length > position.header.length) return;
    await this.#put(position, bytes).catch(() => undefined);
    if (this.#writable() !== undefined)
      this.#move({ ...position, offset: position.offset + bytes.length, chain });
  }

  /** Forgets what marks said: their writers are dead, and there may have been a power cut since. */
  distrust(): void {
    const { position } = this.#cursor;
    if (position !== undefined) this.#move({ ...position, placed: this.checkpoint });
    this.#untold = undefined;
  }

  /**
   * Takes back what marks said: a sync of record files failed, and another one would not report it again.
   * Whoever comes next must put all commits since the checkpoint in place anew.
   */
  async revoke(): Promise<void> {
    this.distrust();
    await this.#startSegment(this.checkpoint, []);
  }

  /**
   * Starts a segment, if there is a journal: a paused writer that read it before can neither append to it any
   * more nor link the segment that comes next.
   */
  async fence(): Promise<void> {
    if (this.#cursor.position !== undefined) await this.#startSegment(this.checkpoint, []);
  }

  /** Starts a segment that declares all commits durable in the record files, and removes the older ones. */
  async restart(): Promise<void> {
    const last = this.#cursor.position?.header.number ?? 0;
    await this.#startSegment(this.sequence, []);
    await this.#removeUntil(last);
  }

  /**
   * @throws `BABA_KEY_UNKNOWN` if the keys at hand do not open the newest segment: a key file of another time
   */
  async mustFitKeys(): Promise<void> {
    const header = this.#cursor.position?.header;
    if (header?.keyId === undefined || header.keyId === this.#seals.journal?.keyId) return;
    await this.#seals.findSeal(header.keyId, segmentPath(header.number));
  }

  /** In pieces, yielding in between. */
  async #encoded(batch: readonly Changes[]): Promise<Encoded[]> {
    const all: Encoded[] = [];
    for (const changes of batch) all.push({ changes, body: await encodeBody(changes, this.#writer.breathe) });
    return all;
  }

  /** Where to write; `undefined` if a new segment is needed. */
  #writable(): Position | undefined {
    const { position, isOwn } = this.#cursor;
    return isOwn && position?.header.number !== this.#dirty ? position : undefined;
  }

  #move(position: Position): void {
    this.#cursor.advance({ commits: [], position });
  }

  async #write(position: Position, commits: readonly Encoded[]): Promise<void> {
    const bytes = new Uint8Array(sizeOf(commits, position.seal));
    const written = writeCommits(position, commits, bytes);
    try {
      await this.#put(position, bytes);
    } catch (error) {
      await this.#unwrite(position, error);
      return this.#missed(error, JOURNAL_FOLDER);
    }
    this.#cursor.advance(written);
  }

  /** A failed write may be complete, unless the file did not open: without its header it is no commit. */
  async #unwrite(position: Position, cause: unknown): Promise<void> {
    if (isCrowded(cause) || isUnopened(cause)) return;
    try {
      await this.#files.write(
        segmentPath(position.header.number),
        position.offset,
        new Uint8Array(FRAME_START),
      );
    } catch {
      throw new CommitUnknownError(
        "A write to the journal failed and could not be undone, so it is not known whether the commit counts. Close " +
          "the database, open it again and check; this handle refuses further writes.",
        { cause },
      );
    }
  }

  async #put(position: Position, bytes: Uint8Array): Promise<void> {
    try {
      await this.#files.write(segmentPath(position.header.number), position.offset, bytes);
    } catch (error) {
      this.#dirty = position.header.number;
      throw error;
    }
  }

  /**
   * Starts the next segment with these commits, after those of the previous segment that are not known to be
   * synced: another process's sync of them may have failed, so they are written again. The segment comes into
   * being with the link, atomically; of two writers one wins.
   */
  async #startSegment(checkpoint: number, batch: readonly Encoded[]): Promise<void> {
    await this.mustFitKeys();
    const { unconfirmed } = this.#cursor;
    const base = this.sequence - unconfirmed.length;
    const again = await this.#encoded(unconfirmed.map(({ changes }) => changes));
    const commits = [...again, ...batch];
    const seal = this.#seals.journal;
    const size = SEGMENT_HEADER + sizeOf(commits, seal);
    const length = this.#lengthFor(size, commits.length);
    const header = this.#nextHeader({ base, checkpoint, length, keyId: seal?.keyId });
    const file = roomAround(commits, header.length);
    file.set(encodeSegmentHeader(header, seal));
    const start = startOf(segmentStart(header, file, seal));
    const written = writeCommits(start, commits, file.subarray(SEGMENT_HEADER));
    if (size > LONG_BYTES) await this.#writer.breathe();
    await this.#publish(header.number, file);
    this.#cursor.enter(start);
    const { sequence } = written.position;
    this.#cursor.advance({ commits: written.commits, position: { ...written.position, synced: sequence } });
  }

  /** The header of the next segment, which pins the newest one. */
  #nextHeader(given: Pick<SegmentHeader, "base" | "checkpoint" | "length" | "keyId">): SegmentHeader {
    const { position, trail } = this.#cursor;
    // Later marks are not pinned, as they are not synced.
    const pin = trail.findLast(({ sequence }) => sequence <= given.base);
    return {
      number: (position?.header.number ?? 0) + 1,
      placed: Math.max(this.placed, given.checkpoint),
      previousLength: pin?.end ?? 0,
      previousChain: pin?.chain ?? 0n,
      salt: this.#writer.random(SALT_SIZE),
      token: this.#writer.token,
      identity: this.#writer.identity,
      ...given, // last: spread first, it takes V8 as long as a system call
    };
  }

  async #publish(number: number, file: Uint8Array): Promise<void> {
    const temporary = `${TEMPORARY_FOLDER}/${this.#writer.token}-segment-${number}`;
    try {
      const create = () => this.#files.create([{ path: temporary, bytes: file }]);
      await createAnew(this.#files, temporary, create).catch((error: unknown) =>
        this.#missed(error, TEMPORARY_FOLDER),
      );
      await this.#files.sync([temporary]);
      if (!(await this.#writer.isHeld()) || !(await this.#link(temporary, number)))
        throw await unlinked(this.#files, number);
    } finally {
      await this.#files.remove([temporary]).catch(() => undefined);
    }
    await synced(() => this.#files.syncFolders([JOURNAL_FOLDER]));
  }

  /**
   * Whoever has taken the lock by force may have removed a file, and a long one even between two of its writes,
   * but not its folder.
   */
  async #missed(error: unknown, folder: string): Promise<never> {
    const [kind] = systemCode(error) === "ENOENT" ? await this.#files.kinds([folder]) : [];
    throw kind === "folder" ? takenOver() : error;
  }

  /**
   * That the number is free shows nothing: others may have used it, and removed the segment at a checkpoint.
   * So whoever took the lock by force since the last look at it has removed the temporary file.
   */
  #link(temporary: string, number: number): Promise<boolean> {
    return this.#files.link(temporary, segmentPath(number)).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    });
  }

  /** An empty segment is small; one that follows a full one of the same writer is twice as long. */
  #lengthFor(size: number, commits: number): number {
    if (commits === 0) return PAGE;
    const length = Math.max(this.#nextLength, Math.ceil((size + FRAME_HEADER) / PAGE) * PAGE);
    this.#nextLength = this.isOwn ? Math.min(LARGEST_SEGMENT, this.#nextLength * 2) : SMALLEST_SEGMENT;
    return length;
  }

  /** Oldest first, so that a segment that exists always has its successors. */
  async #removeUntil(last: number): Promise<void> {
    const numbers = (await segmentsIn(this.#files)).filter((number) => number <= last);
    await this.#files.remove(numbers.sort((a, b) => a - b).map(segmentPath));
  }
}
