/** New payloads by name; `undefined` deletes the record. */
export type Changes = ReadonlyMap<string, Uint8Array | undefined>;

const PUT = 1;
const DELETE = 0;
const ENTRY_HEAD = 7;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A commit's changes as the body of its frame: `u32` count, then for each change `u8` kind (1 put,
 * 0 delete), `u16` name bytes, `u32` payload bytes, the name in UTF-8, the payload. Big-endian.
 */
export function encodeChanges(changes: Changes): Uint8Array {
  const body = new Uint8Array(mostBytes(changes));
  const view = new DataView(body.buffer);
  view.setUint32(0, changes.size);
  let at = 4;
  for (const [name, payload] of changes) {
    const { written } = utf8.encodeInto(name, body.subarray(at + ENTRY_HEAD));
    view.setUint8(at, payload === undefined ? DELETE : PUT);
    view.setUint16(at + 1, written);
    view.setUint32(at + 3, payload?.length ?? 0);
    at += ENTRY_HEAD + written;
    if (payload === undefined) continue;
    body.set(payload, at);
    at += payload.length;
  }
  return body.subarray(0, at);
}

/** A character of a name, as JavaScript counts them, is three bytes at most. */
function mostBytes(changes: Changes): number {
  let size = 4;
  for (const [name, payload] of changes) size += ENTRY_HEAD + 3 * name.length + (payload?.length ?? 0);
  return size;
}

/** The changes of a frame's body, or `undefined` where it is not one; payloads are views into it. */
export function decodeChanges(body: Uint8Array): Changes | undefined {
  if (body.length < 4) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const changes = new Map<string, Uint8Array | undefined>();
  let at = 4;
  for (let left = view.getUint32(0); left > 0; left--) {
    if (at + ENTRY_HEAD > body.length) return undefined;
    const kind = view.getUint8(at);
    if (kind !== PUT && kind !== DELETE) return undefined;
    const nameEnd = at + ENTRY_HEAD + view.getUint16(at + 1);
    const end = nameEnd + view.getUint32(at + 3);
    if (end > body.length) return undefined;
    const name = decodeName(body.subarray(at + ENTRY_HEAD, nameEnd));
    if (name === undefined) return undefined;
    changes.set(name, kind === PUT ? body.subarray(nameEnd, end) : undefined);
    at = end;
  }
  return at === body.length ? changes : undefined;
}

function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
