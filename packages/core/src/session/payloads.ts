/** Bytes that are allocated at once: few at first, for most sessions queue one record or two. */
const [SMALLEST_ROOM, LARGEST_ROOM] = [1024, 64 * 1024];
/** A text of so many characters has a buffer of its own. */
const LONG_TEXT = 2048;
/** UTF-8 bytes of one UTF-16 unit, at the most. */
const WIDEST = 3;

const utf8 = new TextEncoder();

/**
 * The payloads of the records that a session queues: their texts in UTF-8, many in one buffer. A buffer for each costs the
 * garbage collector more than the rest of queueing a small record.
 */
export class Payloads {
  #room = new Uint8Array();
  #next = SMALLEST_ROOM;

  /** The text's bytes, which nobody writes to again. */
  encode(text: string): Uint8Array {
    if (text.length >= LONG_TEXT) return utf8.encode(text);
    const most = WIDEST * text.length;
    if (this.#room.length < most) this.#grow(most);
    const { written } = utf8.encodeInto(text, this.#room);
    const payload = this.#room.subarray(0, written);
    this.#room = this.#room.subarray(written);
    return payload;
  }

  #grow(least: number): void {
    this.#room = new Uint8Array(Math.max(least, this.#next));
    this.#next = Math.min(2 * this.#next, LARGEST_ROOM);
  }
}
