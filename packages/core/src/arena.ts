/** Sizes of buffers: small at first, as most users that need memory at all need it for one or two records. */
const [SMALLEST, LARGEST] = [1024, 64 * 1024];
/** From this size on, a piece has a buffer of its own: the rest of a shared one would be wasted. */
const LARGE_PIECE = LARGEST / 4;
/**
 * The initial buffer: most sessions need no memory, and each buffer is one more for the garbage collector.
 */
const NONE = new ArrayBuffer(0);

/**
 * Memory for small arrays, many in one buffer: allocating each separately takes time and makes garbage for
 * every record read, written or sealed. What was taken or kept is never handed out again.
 */
export class Arena {
  #buffer = NONE;
  #used = 0;
  #next = SMALLEST;

  /** `size` bytes, with arbitrary contents, for the caller alone. */
  take(size: number): Uint8Array<ArrayBuffer> {
    return this.keep(this.lend(size), size);
  }

  /** Room for up to `most` bytes until the next call; what must last longer has to be kept. */
  lend(most: number): Uint8Array<ArrayBuffer> {
    if (most > LARGE_PIECE) return new Uint8Array(most);
    if (most > this.#buffer.byteLength - this.#used) this.#grow(most);
    return new Uint8Array(this.#buffer, this.#used, most);
  }

  /** Keeps the first `length` bytes of the room that was lent last. */
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
