import { xxh64 } from "../../codec/index.ts";
import type { Breathe } from "../../runtime/event-loop.ts";
import type { Changes } from "../storage.ts";
import { encodeChanges } from "./changes.ts";
import { FRAME_HEADER, frameSize, writeFrameAt } from "./frame.ts";
import type { JournalCommit, Position, Read } from "./read-journal.ts";
import { type JournalSeal, SEAL_OVERHEAD } from "./seal.ts";
import { SEGMENT_HEADER } from "./segment.ts";

/** A segment's length is a multiple of this. */
export const PAGE = 4096;
/** Commits of more bytes than this yield to other work between steps. */
export const LONG_BYTES: number = 256 * 1024;
/** Offset of the body of a segment's first commit. */
const FIRST_BODY = SEGMENT_HEADER + FRAME_HEADER;
/** More bytes than can follow such a body in its segment. */
const BEHIND = 2 * PAGE;

/** A commit's changes, and the body of their frame. */
export type Encoded = { readonly changes: Changes; readonly body: Uint8Array };

/**
 * The body of a commit's frame. A long one has room for its future segment around it: fresh memory is slow to
 * touch.
 */
export function encodeBody(changes: Changes, breathe: Breathe): Promise<Uint8Array> {
  return encodeChanges(changes, breathe, allocate);
}

function allocate(size: number): Uint8Array {
  if (size <= LONG_BYTES) return new Uint8Array(size);
  return new Uint8Array(FIRST_BODY + size + BEHIND).subarray(FIRST_BODY, FIRST_BODY + size);
}

/**
 * A zeroed segment for these commits; a single long body is in it already, and is covered by its longer
 * sealed form.
 */
export function roomAround([only, more]: readonly Encoded[], length: number): Uint8Array {
  if (only === undefined || more !== undefined || only.body.byteOffset !== FIRST_BODY)
    return new Uint8Array(length);
  return new Uint8Array(only.body.buffer, 0, length);
}

/** The bytes of the commits' frames, under the segment's seal if it has one. */
export function sizeOf(commits: readonly Encoded[], seal: JournalSeal | undefined): number {
  const overhead = seal === undefined ? 0 : SEAL_OVERHEAD;
  return commits.reduce((sum, { body }) => sum + frameSize(body.length + overhead), 0);
}

/**
 * Writes the frames of commits over zeros, whose first byte belongs at the position; says what is then read.
 */
export function writeCommits(from: Position, batch: readonly Encoded[], room: Uint8Array): Read {
  const commits: JournalCommit[] = [];
  let { offset, chain, sequence } = from;
  for (const { changes, body } of batch) {
    sequence++;
    const frame = { kind: "commit", sequence, synced: from.synced, body } as const;
    // Before the frame: a long body is in the room already, and its sealed form covers it.
    const digest = xxh64(body, 0n);
    const written = writeFrameAt({ ...from, offset, chain }, frame, room.subarray(offset - from.offset));
    offset += written.size;
    chain = written.chain;
    commits.push({ sequence, changes, end: offset, chain, digest });
  }
  return { position: { ...from, offset, chain, sequence }, commits };
}
