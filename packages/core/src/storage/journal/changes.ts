import type { Breathe } from "../../runtime/event-loop.ts";
import { RECORD_SUFFIX } from "../names.ts";
import { inPieces, PIECE } from "../pieces.ts";
import type { Changes } from "../storage.ts";

const PUT = 1;
const DELETE = 0;
const COUNT = 4;
const ENTRY_HEAD = 7;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/**
 * A segment that is empty or begins with a dot, or NUL: never in a record's name, and such a path could lead
 * anywhere.
 */
const NO_RECORD = /(?:^|\/)(?:\.|\/|$)|\0/;

/**
 * Encodes a commit's changes as a frame's body: `u32` count, then for each change `u8` kind (1 put, 0
 * delete), `u16` name bytes, `u32` payload bytes, the name in UTF-8, the payload. Big-endian. Yields between
 * pieces of many changes. `allocate` returns at least that many zeros, of which the beginning is used.
 */
export async function encodeChanges(
  changes: Changes,
  breathe: Breathe,
  allocate: (size: number) => Uint8Array,
): Promise<Uint8Array> {
  const body = allocate(mostBytes(changes));
  let at = writeNumber(body, 0, changes.size);
  await inPieces(changes, breathe, (name, payload) => {
    at = writeChange(body, at, name, payload);
  });
  return body.subarray(0, at);
}

/** The bytes of encoded changes, at most: a UTF-16 unit takes at most three bytes of UTF-8. */
export function mostBytes(changes: Changes): number {
  let most = COUNT;
  changes.forEach((payload, name) => {
    most += ENTRY_HEAD + 3 * name.length + (payload?.length ?? 0);
  });
  return most;
}

/** Returns where the change ends. */
function writeChange(body: Uint8Array, at: number, name: string, payload: Uint8Array | undefined): number {
  const nameBytes = writeName(body, at + ENTRY_HEAD, name);
  body[at] = payload === undefined ? DELETE : PUT;
  body[at + 1] = nameBytes >> 8;
  body[at + 2] = nameBytes;
  const end = writeNumber(body, at + 3, payload?.length ?? 0) + nameBytes;
  if (payload === undefined) return end;
  body.set(payload, end);
  return end + payload.length;
}

/** Returns where the number ends. */
function writeNumber(body: Uint8Array, at: number, value: number): number {
  body[at] = value >>> 24;
  body[at + 1] = value >>> 16;
  body[at + 2] = value >>> 8;
  body[at + 3] = value;
  return at + 4;
}

/**
 * Returns the bytes written. Most names are short and ASCII: the loop is cheaper than calling the encoder.
 */
function writeName(body: Uint8Array, at: number, name: string): number {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit >= 0x80) return utf8.encodeInto(name, body.subarray(at)).written;
    body[at + i] = unit;
  }
  return name.length;
}

/**
 * Decodes a frame's body; `undefined` if it is malformed. Payloads are views into it. Anyone who can write to
 * the folder can write a journal, so a name that leads anywhere but to a record makes a body malformed. The
 * other rules for portable names were applied when the name was given, and are not applied to a commit again.
 * Yields between pieces of many changes.
 */
export async function decodeChanges(body: Uint8Array, breathe: Breathe): Promise<Changes | undefined> {
  if (body.length < COUNT) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const changes = new Map<string, Uint8Array | undefined>();
  let at = COUNT;
  for (let left = view.getUint32(0); left > 0; left--) {
    const pause = left % PIECE === 0 ? breathe() : undefined;
    if (pause !== undefined) await pause;
    const end = decodeChange(view, body, at, changes);
    if (end === undefined) return undefined;
    at = end;
  }
  return at === body.length ? changes : undefined;
}

/** Adds the change at this offset; returns where it ends, or `undefined` if it is malformed. */
function decodeChange(
  view: DataView,
  body: Uint8Array,
  at: number,
  changes: Map<string, Uint8Array | undefined>,
): number | undefined {
  if (at + ENTRY_HEAD > body.length) return undefined;
  const kind = view.getUint8(at);
  if (kind !== PUT && kind !== DELETE) return undefined;
  const nameEnd = at + ENTRY_HEAD + view.getUint16(at + 1);
  const end = nameEnd + view.getUint32(at + 3);
  if (end > body.length) return undefined;
  const name = decodeName(body.subarray(at + ENTRY_HEAD, nameEnd));
  if (name === undefined) return undefined;
  changes.set(name, kind === PUT ? body.subarray(nameEnd, end) : undefined);
  return end;
}

function decodeName(bytes: Uint8Array): string | undefined {
  try {
    const name = strictUtf8.decode(bytes);
    return name.endsWith(RECORD_SUFFIX) && !NO_RECORD.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
