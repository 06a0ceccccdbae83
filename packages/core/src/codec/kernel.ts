import { instantiateSync } from "@assemblyscript/loader";
import { BabaError } from "../errors.ts";
import { codecWasm } from "./codec.generated.ts";

/** `WebAssembly.Memory`, whose type not every program that compiles against this has. */
type LinearMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/** The functions of `assembly/`; pointers and lengths are in bytes of linear memory. */
export type KernelExports = {
  readonly memory: LinearMemory;
  heapBase(): number;
  wipe(ptr: number, length: number): void;
  seed(a: bigint, b: bigint, c: bigint, d: bigint): void;
  encode(src: number, length: number, dst: number): number;
  decode(src: number, length: number, dst: number, more: boolean): number;
  position(): number;
  xxh64(ptr: number, length: number, seed: bigint): bigint;
  xxh64Begin(seed: bigint): void;
  xxh64Stripes(ptr: number, length: number): void;
  xxh64End(ptr: number, length: number): bigint;
};

/** How many raw bytes go through linear memory at once: they and their text, 96 KiB, stay in a core's own cache. */
export const PIECE: number = 8 * 1024;

/** A group of text: six digits, a space, a filler, a space. */
export const GROUP: number = 11;

const FIRST_CAPACITY = 2048;
const SLACK = 64;
const PAGE = 65536;

/**
 * One instance of the WASM kernel and its scratch memory: a region for raw bytes and one for their text. Whoever
 * puts plain bytes into the raw region wipes them before returning. Linear memory never exceeds
 * what {@link PIECE} needs, two pages of 64 KiB.
 */
export class Kernel {
  readonly exports: KernelExports;
  /** The pointer to the raw region, which never moves. */
  readonly raw: number;
  /** The pointer to the text region; valid until the next reserve(). */
  text: number = 0;
  /** All of linear memory; valid until the next reserve(), and never handed out. */
  heap: Uint8Array;
  #capacity: number = -1;

  constructor(exports: KernelExports) {
    this.exports = exports;
    this.raw = (exports.heapBase() + SLACK - 1) & -SLACK;
    this.heap = heapOf(exports.memory);
  }

  /**
   * Makes room for `size` raw bytes, at most {@link PIECE}, and their text.
   *
   * @throws BabaError `BABA_CODEC` where the runtime has no memory left.
   */
  reserve(size: number): void {
    if (size > this.#capacity) this.#grow(size);
  }

  #grow(size: number): void {
    let capacity = Math.max(this.#capacity, FIRST_CAPACITY);
    while (capacity < size) capacity *= 2;
    const text = this.raw + capacity + SLACK;
    const missing = text + GROUP * capacity + SLACK - this.heap.length;
    if (missing > 0) growMemory(this.exports.memory, Math.ceil(missing / PAGE));
    this.heap = heapOf(this.exports.memory);
    this.text = text;
    this.#capacity = capacity;
  }
}

let shared: Kernel | undefined;

/** The one kernel of this process, made and seeded at first use. */
export function kernel(): Kernel {
  shared ??= createKernel(crypto.getRandomValues(new BigUint64Array(4)));
  return shared;
}

/** A kernel of its own, its fillers drawn from a seed of 256 bits. */
export function createKernel(seed: BigUint64Array): Kernel {
  const wasm = Uint8Array.from(atob(codecWasm), (character) => character.charCodeAt(0));
  const { exports } = instantiateSync<KernelExports>(wasm);
  const [a = 1n, b = 2n, c = 3n, d = 4n] = seed;
  exports.seed(a, b, c, d);
  return new Kernel(exports);
}

function heapOf(memory: LinearMemory): Uint8Array {
  return new Uint8Array(memory.buffer);
}

function growMemory(memory: LinearMemory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    const message = `The codec needs ${pages * 64} KiB more memory, and there is none. Free some and try again.`;
    throw new BabaError("BABA_CODEC", message, { cause });
  }
}
