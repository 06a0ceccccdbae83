import { encodedSize } from "./codec.ts";
import { type KernelExports, newKernel, randomSeed } from "./kernel.ts";

/** Raw bytes end so far behind their text that no store of 16 bytes, of which the last five are of no use, reaches one that was not read. */
const GAP = 16;
/** What is written beyond the last text and its raw bytes: a store's and a wipe's last bytes. */
const BEYOND = GAP + 32;

/**
 * Room for texts in a linear memory of its own, where they are encoded without being copied. The raw bytes are put behind
 * their text's end, and the text, which grows eleven times as fast as they are read, is written over them.
 */
export class TextRoom {
  /** How many bytes of texts it has room for. */
  readonly size: number;
  readonly #exports: KernelExports;
  /** Linear memory, which never grows again. */
  readonly #heap: Uint8Array<ArrayBuffer>;
  readonly #start: number;

  /** @throws BabaError `BABA_CODEC` where the runtime does not let WebAssembly start, or has no such memory. */
  constructor(size: number) {
    const { exports, start } = newKernel(randomSeed(), size + BEYOND);
    this.size = size;
    this.#exports = exports;
    this.#start = start;
    this.#heap = new Uint8Array(exports.memory.buffer);
  }

  /**
   * The text of some bytes, written from `at` on: a view that is good until something else is written there. The text
   * before it stays; the 48 bytes behind it do not.
   *
   * @throws RangeError where the room is too small
   */
  encode(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
    const size = encodedSize(bytes.length);
    if (at + size > this.size)
      throw new RangeError(`The room has ${this.size} bytes, and ${at + size} are needed.`);
    const text = this.#start + at;
    const raw = text + size - bytes.length + GAP;
    this.#heap.set(bytes, raw);
    this.#exports.encode(raw, bytes.length, text);
    this.#exports.wipe(text + size, GAP);
    return this.#heap.subarray(text, text + size);
  }
}
