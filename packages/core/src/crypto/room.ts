/** Bytes that are allocated at once: few at first, for most who seal at all seal one record or two. */
const [SMALLEST, LARGEST] = [1024, 64 * 1024];

/**
 * Memory for small arrays, many in one buffer: to allocate each for itself costs time and garbage for every record that is
 * sealed. None is given out twice.
 */
export class Room {
  #free: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #next = SMALLEST;

  /** So many zeros, in a buffer of their own where they are many. */
  take(size: number): Uint8Array<ArrayBuffer> {
    if (size > LARGEST / 4) return new Uint8Array(size);
    if (size > this.#free.length) {
      this.#free = new Uint8Array(Math.max(size, this.#next));
      this.#next = Math.min(2 * this.#next, LARGEST);
    }
    const taken = this.#free.subarray(0, size);
    this.#free = this.#free.subarray(size);
    return taken;
  }
}
