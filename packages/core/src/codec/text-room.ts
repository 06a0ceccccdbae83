import { encodedSize } from "./codec.ts";
import { type KernelExports, newKernel, randomSeed } from "./kernel.ts";

/** How far the last store of a text may reach beyond its end. */
const BEYOND = 16;

/**
 * Encodes texts in its own linear memory, so that they need no copying. The raw bytes are put where their
 * text will end, and the text, which grows eleven times as fast as they are read, overwrites them: each store
 * ends at least eight bytes before the unread ones. So nothing of them is left to be wiped.
 */
export class TextRoom {
  /** How many bytes of text it has room for. */
  readonly size: number;
  readonly #exports: KernelExports;
  /** Linear memory, which no longer grows. */
  readonly #buffer: ArrayBuffer;
  readonly #heap: Uint8Array<ArrayBuffer>;
  readonly #start: number;

  /** @throws `BABA_CODEC` if the runtime does not let WebAssembly start or has too little memory */
  constructor(size: number) {
    const { exports, start } = newKernel(randomSeed(), size + BEYOND);
    this.size = size;
    this.#exports = exports;
    this.#start = start;
    this.#buffer = exports.memory.buffer;
    this.#heap = new Uint8Array(this.#buffer);
  }

  /**
   * Encodes bytes at `at`. The result is a view that is valid until something else is written there. Memory
   * before it is preserved; the first bytes after it may not be.
   *
   * @throws RangeError if the room is too small
   */
  encode(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
    const size = encodedSize(bytes.length);
    if (at + size > this.size)
      throw new RangeError(`The room has ${this.size} bytes, and ${at + size} are needed.`);
    const text = this.#start + at;
    const raw = text + size - bytes.length;
    this.#heap.set(bytes, raw);
    this.#exports.encode(raw, bytes.length, text);
    return new Uint8Array(this.#buffer, text, size);
  }
}
