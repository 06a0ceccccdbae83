import { encodedSize } from "./codec.ts";
import { type KernelExports, newKernel, randomSeed } from "./kernel.ts";

/** What the last store of a text may reach beyond its end. */
const BEYOND = 16;

/**
 * Room for texts in a linear memory of its own, where they are encoded without being copied. The raw bytes are put where
 * their text will end, and the text, which grows eleven times as fast as they are read, is written over them: each store ends
 * eight bytes before what is not yet read, at the least. So nothing of them is left, and nothing has to be wiped.
 */
export class TextRoom {
  /** How many bytes of texts it has room for. */
  readonly size: number;
  readonly #exports: KernelExports;
  /** Of linear memory, which never grows again. */
  readonly #buffer: ArrayBuffer;
  readonly #heap: Uint8Array<ArrayBuffer>;
  readonly #start: number;

  /** @throws BabaError `BABA_CODEC` where the runtime does not let WebAssembly start, or has no such memory. */
  constructor(size: number) {
    const { exports, start } = newKernel(randomSeed(), size + BEYOND);
    this.size = size;
    this.#exports = exports;
    this.#start = start;
    this.#buffer = exports.memory.buffer;
    this.#heap = new Uint8Array(this.#buffer);
  }

  /**
   * The text of some bytes, written from `at` on: a view that is good until something else is written there. What stands
   * before it stays; of what stands behind it, the first bytes may not.
   *
   * @throws RangeError where the room is too small
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
