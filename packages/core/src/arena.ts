/** Bytes that are allocated at once: few at first, for most who need memory at all need it for one record or two. */
const [SMALLEST, LARGEST] = [1024, 64 * 1024];
/** So large a piece has a buffer of its own: what is left of a shared one would be lost. */
const LARGE_PIECE = LARGEST / 4;
/** What all begin with, for most sessions need no memory and each buffer is one more for the garbage collector. */
const NONE = new ArrayBuffer(0);

/**
 * Memory for small arrays, many in one buffer: to allocate each for itself takes time and makes garbage for every record that
 * is read, written or sealed. What was taken or kept is given to nobody else.
 */
export class Arena {
  #buffer = NONE;
  #used = 0;
  #next = SMALLEST;

  /** So many bytes, of any value, for their taker alone. */
  take(size: number): Uint8Array<ArrayBuffer> {
    return this.keep(this.lend(size), size);
  }

  /** Room for so many bytes at most, until the next call; what is to last longer is kept. */
  lend(most: number): Uint8Array<ArrayBuffer> {
    if (most > LARGE_PIECE) return new Uint8Array(most);
    if (most > this.#buffer.byteLength - this.#used) this.#grow(most);
    return new Uint8Array(this.#buffer, this.#used, most);
  }

  /** The first so many bytes of the room that was lent last, for good. */
  keep(room: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
    if (room.buffer === this.#buffer) this.#used += length;
    return length === room.length ? room : room.subarray(0, length);
  }

  #grow(least: number): void {
    this.#buffer = new ArrayBuffer(Math.max(least, this.#next));
    this.#used = 0;
    this.#next = Math.min(2 * this.#next, LARGEST);
  }
}
