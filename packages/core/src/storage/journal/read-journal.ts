import { xxh64 } from "../../codec/index.ts";
import { BabaError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import { JOURNAL_FOLDER, segmentNumber, segmentPath } from "../layout.ts";
import type { Changes } from "../storage.ts";
import { decodeChanges } from "./changes.ts";
import { attestsSync, openFrame, type ParsedFrame, parseFrame } from "./frame.ts";
import type { JournalSeals } from "./seal.ts";
import {
  decodeSegmentHeader,
  isSealedBy,
  SEGMENT_HEADER,
  type SegmentStart,
  segmentStart,
} from "./segment.ts";

/** A commit as the journal holds it. */
export type JournalCommit = {
  readonly sequence: number;
  readonly changes: Changes;
  /** Where its frame ends in its segment, and the chain there: what a successor may pin. */
  readonly end: number;
  readonly chain: bigint;
  /** XXH64 of the frame's body, by which a commit is recognized in another segment. */
  readonly digest: bigint;
};

/** A position in a segment up to which everything was read and verified. */
export type Position = SegmentStart & {
  readonly offset: number;
  readonly chain: bigint;
  /** The newest commit before this position. */
  readonly sequence: number;
  /** Every commit up to this one is known to be synced. */
  readonly synced: number;
  /** Every commit up to this one is in place, according to its writer. */
  readonly placed: number;
};

/** What reading on returns: the commits after the old position, and the new position. */
export type Read = { readonly commits: readonly JournalCommit[]; readonly position: Position };

/**
 * Reads the whole journal: the newest segment, and the earlier ones that hold commits after its checkpoint.
 * `undefined` if there is none. Yields between the pieces of long frames.
 *
 * @throws `BABA_JOURNAL` if what was committed is damaged or missing, `BABA_FORMAT` if a newer version wrote
 * it
 */
export async function readJournal(
  files: FileSystem,
  seals: JournalSeals,
  breathe: Breathe,
): Promise<Read | undefined> {
  for (;;) {
    const newest = await newestSegment(files);
    if (newest === undefined) return undefined;
    const segments = await readSegments(files, seals, newest);
    if (segments !== undefined) return parseSegments(segments, breathe);
    // A checkpoint removed a segment during the read, unless nothing has changed.
    if ((await newestSegment(files)) === newest) {
      throw damagedJournal(newest, "a segment before it is missing");
    }
  }
}

/** The position before a segment's first frame. */
export function startOf(start: SegmentStart): Position {
  const { header, seed, seal, tag } = start;
  // Without a spread: V8 takes as long over one before other properties as over a system call.
  return {
    header,
    seed,
    seal,
    tag,
    offset: SEGMENT_HEADER,
    chain: seed,
    sequence: header.base,
    synced: header.base,
    placed: header.placed,
  };
}

/**
 * Reads the frames from a position on, up to `limit` (an offset that another segment pins) or the end.
 * `segment` holds the whole segment's bytes. Neither the end of the log nor a frame whose write never
 * finished is an error. Yields between the pieces of long frames.
 *
 * @throws `BABA_JOURNAL` if a committed frame is damaged
 */
export async function readFrames(
  segment: Uint8Array,
  from: Position,
  limit: number | undefined,
  breathe: Breathe,
): Promise<Read> {
  const commits: JournalCommit[] = [];
  let position = from;
  while (limit === undefined || position.offset < limit) {
    const parsed = parseFrame(segment, position.offset, position.chain, position.seed);
    if (parsed.state !== "frame") {
      const lost = parsed.state === "damaged" || limit !== undefined;
      if (lost || attestsSync(segment, position.offset, position.sequence + 1, position.seed)) {
        throw damagedJournal(
          from.header.number,
          `the commit after number ${position.sequence} fails its checksum`,
        );
      }
      break;
    }
    await breathe();
    const { frame } = parsed;
    const body = openFrame(position, frame);
    if (body === undefined)
      throw damagedJournal(from.header.number, `what follows commit number ${position.sequence} is forged`);
    if (frame.kind === "commit") commits.push(await readCommit(parsed, body, position, breathe));
    position = behind(position, parsed);
  }
  return { commits, position };
}

type FrameHere = Extract<ParsedFrame, { readonly state: "frame" }>;

async function readCommit(
  { frame: { sequence }, end, chain }: FrameHere,
  body: Uint8Array,
  position: Position,
  breathe: Breathe,
): Promise<JournalCommit> {
  await breathe();
  const changes = await decodeChanges(body, breathe);
  if (changes === undefined || sequence !== position.sequence + 1) {
    throw damagedJournal(position.header.number, `commit number ${sequence} is malformed or out of order`);
  }
  return { sequence, changes, end, chain, digest: xxh64(body, 0n) };
}

/** The position after a frame. */
function behind(position: Position, { frame, end, chain }: FrameHere): Position {
  return {
    ...position,
    offset: end,
    chain,
    sequence: frame.kind === "commit" ? frame.sequence : position.sequence,
    synced: Math.max(position.synced, frame.synced),
    placed: frame.kind === "mark" ? Math.max(position.placed, frame.sequence) : position.placed,
  };
}

/**
 * The start of a segment with these first bytes.
 *
 * @throws `BABA_JOURNAL` if it is damaged or forged, `BABA_FORMAT` if a newer version wrote it; and as
 * `findSeal`
 */
export async function readStart(
  bytes: Uint8Array,
  number: number,
  seals: JournalSeals,
): Promise<SegmentStart> {
  const header = decodeSegmentHeader(bytes);
  if (header === "newer") throw newer(number);
  if (header === undefined || header.number !== number)
    throw damagedJournal(number, "its header fails its checksum");
  const seal = await seals.findSeal(header.keyId, segmentPath(number));
  if (seal !== undefined && !isSealedBy(bytes, seal)) throw damagedJournal(number, "its header is forged");
  return segmentStart(header, bytes, seal);
}

/** An error that names a segment and says how to go on without it. */
export function damagedJournal(number: number, what: string): BabaError {
  const path = segmentPath(number);
  return new BabaError(
    "BABA_JOURNAL",
    `The journal is damaged in ${path}: ${what}. Nothing was changed. Copy the whole directory first; then put the whole ` +
      `directory back from one backup, or move ${JOURNAL_FOLDER} away to go on with the record files as they are, without ` +
      `the commits that were not yet placed in them. An older ${JOURNAL_FOLDER} alone would put older records over newer ones.`,
    { record: path },
  );
}

function newer(number: number): BabaError {
  const path = segmentPath(number);
  return new BabaError(
    "BABA_FORMAT",
    `${path} was written by a newer version, and this one cannot read it: open the directory with a newer version.`,
    { record: path },
  );
}

/**
 * The numbers of a journal's segments; sync tools and people may put other things beside them.
 *
 * @throws `BABA_NOT_A_RECORD` for a link in a segment's place: some tools put one there, and its commits
 * would be missed
 */
export async function segmentsIn(files: FileSystem): Promise<number[]> {
  const entries = (await files.list(JOURNAL_FOLDER)) ?? [];
  const numbers: number[] = [];
  for (const { name, kind } of entries) {
    const number = segmentNumber(name);
    if (number === undefined || kind === "folder") continue;
    if (kind === "other") throw linked(number);
    numbers.push(number);
  }
  return numbers;
}

function linked(number: number): BabaError {
  const path = segmentPath(number);
  return new BabaError(
    "BABA_NOT_A_RECORD",
    `${path} is a link or the like: put the file itself back in its place, as its commits may be nowhere else.`,
    { record: path },
  );
}

async function newestSegment(files: FileSystem): Promise<number | undefined> {
  const numbers = await segmentsIn(files);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

type Segment = { readonly start: SegmentStart; readonly bytes: Uint8Array };
type Segments = readonly [Segment, ...Segment[]];

/** The segments that matter, oldest first; `undefined` if one of them was missing. */
async function readSegments(
  files: FileSystem,
  seals: JournalSeals,
  newest: number,
): Promise<Segments | undefined> {
  const last = await readSegment(files, seals, newest);
  if (last === undefined) return undefined;
  let segments: Segments = [last];
  while (segments[0].start.header.base > last.start.header.checkpoint) {
    const before = await readSegment(files, seals, segments[0].start.header.number - 1);
    if (before === undefined) return undefined;
    segments = [before, ...segments];
  }
  return segments;
}

async function readSegment(
  files: FileSystem,
  seals: JournalSeals,
  number: number,
): Promise<Segment | undefined> {
  const [bytes] = await files.read([segmentPath(number)]);
  if (bytes === undefined) return undefined;
  if (bytes instanceof Error) throw bytes;
  const start = await readStart(bytes, number, seals);
  const { length } = start.header;
  if (bytes.length !== length)
    throw damagedJournal(number, `it is ${bytes.length} bytes long, not ${length}`);
  return { start, bytes };
}

async function parseSegments([first, ...later]: Segments, breathe: Breathe): Promise<Read> {
  let read = await readFrames(
    first.bytes,
    startOf(first.start),
    later[0]?.start.header.previousLength,
    breathe,
  );
  const commits = [...read.commits];
  for (const [i, { start, bytes }] of later.entries()) {
    mustFollow(read.position, start);
    read = await readFrames(bytes, startOf(start), later[i + 1]?.start.header.previousLength, breathe);
    // One by one: they may be more than a call may have arguments.
    for (const commit of read.commits) commits.push(commit);
  }
  const { position } = read;
  return { commits: commits.filter(({ sequence }) => sequence > position.header.checkpoint), position };
}

function mustFollow(last: Position, { header }: SegmentStart): void {
  if (
    last.offset === header.previousLength &&
    last.chain === header.previousChain &&
    last.sequence === header.base
  )
    return;
  throw damagedJournal(last.header.number, "it does not lead to the segment after it");
}
