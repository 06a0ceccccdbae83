import { instantiateSync } from "@assemblyscript/loader";
import { BabaError } from "../errors.ts";
import { codecWasm } from "./codec.generated.ts";

/** `WebAssembly.Memory`, a type that not every program compiling against this has. */
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

/** A group of text: six digits, a space, a filler, a space. */
export const GROUP: number = 11;

/** How many raw bytes are processed at once: they and their text, 24 KiB, fit into a core's L1 cache. */
export const PIECE: number = 2 * 1024;

const SLACK = 64;
const KEPT_VIEWS = 512;
const PAGE = 64 * 1024;

/**
 * An instance of the WASM kernel and its scratch memory: a region for a {@link PIECE} of raw bytes and one
 * for its text. Whoever puts plain bytes into either must wipe them before returning. Linear memory is one
 * page of 64 KiB and never grows.
 */
export class Kernel {
  readonly exports: KernelExports;
  /** The pointer to the raw region. */
  readonly raw: number;
  /** The pointer to the text region. */
  readonly text: number;
  /** All of linear memory; never handed out. */
  readonly heap: Uint8Array<ArrayBuffer>;
  /** A view of a whole piece's text, including the space before the next piece. */
  readonly textPiece: Uint8Array<ArrayBuffer>;
  /** A view of a whole piece of raw bytes. */
  readonly rawPiece: Uint8Array<ArrayBuffer>;
  readonly #raws: Uint8Array<ArrayBuffer>[] = [];
  readonly #texts: Uint8Array<ArrayBuffer>[] = [];

  constructor({ exports, start }: NewKernel) {
    this.exports = exports;
    this.raw = start;
    this.text = this.raw + PIECE + SLACK;
    this.heap = new Uint8Array(exports.memory.buffer);
    this.textPiece = this.heap.subarray(this.text, this.text + GROUP * PIECE);
    this.rawPiece = this.heap.subarray(this.raw, this.raw + PIECE);
  }

  /** A view of `size` bytes in the raw region. */
  rawView(size: number): Uint8Array<ArrayBuffer> {
    return this.#view(this.#raws, size, this.raw, size);
  }

  /** A view of the text of `size` bytes, without a trailing space. */
  textView(size: number): Uint8Array<ArrayBuffer> {
    return this.#view(this.#texts, size, this.text, GROUP * size - 1);
  }

  /** Making a view costs as much as coding a hundred bytes, so small ones are kept. */
  #view(kept: Uint8Array<ArrayBuffer>[], size: number, at: number, length: number): Uint8Array<ArrayBuffer> {
    const view = kept[size] ?? this.heap.subarray(at, at + length);
    if (size < KEPT_VIEWS) kept[size] = view;
    return view;
  }
}

/** A seeded instance of the kernel, and where its caller's memory begins. */
export type NewKernel = { readonly exports: KernelExports; readonly start: number };

let shared: Kernel | undefined;
let compiled: WebAssembly.Module | undefined;

/**
 * The process's shared kernel, made and seeded at first use.
 *
 * @throws `BABA_CODEC` if the runtime does not let it start
 */
export function kernel(): Kernel {
  shared ??= createKernel(randomSeed());
  return shared;
}

/** A separate kernel, whose fillers come from a seed of 256 bits. */
export function createKernel(seed: BigUint64Array): Kernel {
  return new Kernel(newKernel(seed, 0));
}

/** A seed from the runtime's secure random source. */
export function randomSeed(): BigUint64Array {
  return crypto.getRandomValues(new BigUint64Array(4));
}

/**
 * Another instance, with at least this many bytes for its caller.
 *
 * @throws `BABA_CODEC` if the runtime does not let it start, or has too little memory
 */
export function newKernel(seed: BigUint64Array, bytes: number): NewKernel {
  try {
    const { exports } = instantiateSync<KernelExports>(module());
    const start = (exports.heapBase() + SLACK - 1) & -SLACK;
    const missing = start + bytes - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE));
    const [a = 1n, b = 2n, c = 3n, d = 4n] = seed;
    exports.seed(a, b, c, d);
    return { exports, start };
  } catch (cause) {
    const message =
      "The codec cannot start: it needs WebAssembly with SIMD and a little memory. Allow it, or free some, and try again.";
    throw new BabaError("BABA_CODEC", message, { cause });
  }
}

function module(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(codecWasm), (character) => character.charCodeAt(0)),
  );
  return compiled;
}
