import { requireBytes } from "../bytes.ts";
import { codecError } from "./fault.ts";
import { GROUP, type Kernel, kernel, PIECE } from "./kernel.ts";

/** How many bytes of text are decoded at once: whole groups, so that canonical text is never cut. */
const TEXT_PIECE = GROUP * PIECE;

/**
 * The length of the text of `size` raw bytes: 11 per byte, less the last space.
 *
 * @example
 * ```ts
 * import { encodedSize } from "@baba/core";
 * console.log(encodedSize(300)); // 3299
 * ```
 */
export function encodedSize(size: number): number {
  return size === 0 ? 0 : GROUP * size - 1;
}

/**
 * Encodes bytes as base-3 text (ASCII): per byte six digits, most significant first, a space, and a random
 * filler of two decimal digits and a lower-case letter, joined by spaces. It hides nothing; that is what
 * sealing is for.
 *
 * @throws TypeError if an argument is not a Uint8Array
 * @throws `BABA_CODEC` if the runtime does not let WebAssembly start
 *
 * @example
 * ```ts
 * import { encode } from "@baba/core";
 * const text = encode(new TextEncoder().encode("{}"));
 * // Such as: 011120 49m 011122 07x
 * console.log(new TextDecoder().decode(text));
 * ```
 */
export function encode(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes(bytes, "The first argument");
  const text = new Uint8Array(encodedSize(bytes.length));
  encodeWith(kernel(), bytes, text);
  return text;
}

/**
 * Decodes base-3 text. Between its parts and at its ends, any run of the bytes 09 to 0D and 20 is accepted;
 * everything else is strict. Empty text decodes to no bytes.
 *
 * @throws TypeError if an argument is not a Uint8Array
 * @throws `BABA_CODEC`, with the `offset` of the first byte at fault and what was expected there
 *
 * @example
 * ```ts
 * import { decode } from "@baba/core";
 * const bytes = decode(new TextEncoder().encode("011120 49m 011122 07x\n"));
 * console.log(new TextDecoder().decode(bytes)); // {}
 * ```
 */
export function decode(text: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes(text, "The first argument");
  const bytes = new Uint8Array(decodedSize(text.length));
  const size = decodeWith(kernel(), text, bytes);
  return size === bytes.length ? bytes : bytes.slice(0, size);
}

/**
 * The most bytes that a text of `length` bytes decodes to: exactly that many if spaced as by {@link encode}.
 *
 * @example
 * ```ts
 * import { decodedSize, encodedSize } from "@baba/core";
 * console.log(decodedSize(encodedSize(300))); // 300
 * ```
 */
export function decodedSize(length: number): number {
  return Math.floor((length + 1) / GROUP);
}

/**
 * {@link encode} into the caller's memory, for many records in one buffer: an allocation costs more than
 * encoding a small record. Writes {@link encodedSize} bytes at the start of `target`, which must not overlap
 * `bytes`, and returns how many.
 *
 * @throws TypeError if an argument is not a Uint8Array
 * @throws RangeError if `target` is too small
 * @throws `BABA_CODEC` if the runtime does not let WebAssembly start
 *
 * @example
 * ```ts
 * import { encodedSize, encodeInto } from "@baba/core";
 * const target = new Uint8Array(encodedSize(2));
 * console.log(encodeInto(new TextEncoder().encode("{}"), target)); // 21
 * ```
 */
export function encodeInto(bytes: Uint8Array, target: Uint8Array): number {
  requireBytes(bytes, "The first argument");
  requireBytes(target, "The target");
  return encodeWith(kernel(), bytes, target);
}

/**
 * {@link decode} into the caller's memory. Writes to the start of `target`, which must have room for {@link
 * decodedSize} bytes, and returns how many; after an error, the contents of `target` are undefined.
 *
 * @throws TypeError if an argument is not a Uint8Array
 * @throws RangeError if `target` is too small
 * @throws `BABA_CODEC`, as {@link decode}
 *
 * @example
 * ```ts
 * import { decodedSize, decodeInto } from "@baba/core";
 * const text = new TextEncoder().encode("011120 49m 011122 07x");
 * console.log(decodeInto(text, new Uint8Array(decodedSize(text.length)))); // 2
 * ```
 */
export function decodeInto(text: Uint8Array, target: Uint8Array): number {
  requireBytes(text, "The first argument");
  requireBytes(target, "The target");
  return decodeWith(kernel(), text, target);
}

/** {@link encodeInto} with a given kernel. */
export function encodeWith(kernel: Kernel, bytes: Uint8Array, target: Uint8Array): number {
  const size = encodedSize(bytes.length);
  requireRoom(target, size);
  let at = 0;
  for (; bytes.length - at > PIECE; at += PIECE) {
    encodePiece(kernel, bytes.subarray(at, at + PIECE), kernel.textPiece, target, GROUP * at);
  }
  const last = at === 0 ? bytes : bytes.subarray(at);
  if (last.length > 0) encodePiece(kernel, last, kernel.textView(last.length), target, GROUP * at);
  kernel.exports.wipe(kernel.raw, Math.min(bytes.length, PIECE));
  return size;
}

/** {@link decodeInto} with a given kernel. */
export function decodeWith(kernel: Kernel, text: Uint8Array, target: Uint8Array): number {
  const most = decodedSize(text.length);
  requireRoom(target, most);
  try {
    return decodePieces(kernel, text, target);
  } finally {
    // The kernel may have written a block of 16 beyond what it reports.
    kernel.exports.wipe(kernel.raw, Math.min(most, PIECE) + 16);
  }
}

function decodePieces(kernel: Kernel, text: Uint8Array, target: Uint8Array): number {
  if (text.length <= TEXT_PIECE) return decodePiece(kernel, text, 0, false, target, 0);
  let size = 0;
  for (let at = 0, more = true; more; at += kernel.exports.position()) {
    const piece = text.subarray(at, at + TEXT_PIECE);
    more = at + piece.length < text.length;
    size += decodePiece(kernel, piece, at, more, target, size);
  }
  return size;
}

// Plain bytes stay in the raw region until the next piece overwrites them or they are wiped at the end.

/** Encodes a piece and copies `text`, a view of the text region, to `target` at `at`. */
function encodePiece(
  kernel: Kernel,
  bytes: Uint8Array,
  text: Uint8Array,
  target: Uint8Array,
  at: number,
): void {
  const { exports, raw } = kernel;
  kernel.heap.set(bytes, raw);
  exports.encode(raw, bytes.length, kernel.text);
  target.set(text, at);
}

/** Decodes a piece, at `offset` in the whole text, to `target` at `at`; returns the number of bytes. */
function decodePiece(
  kernel: Kernel,
  piece: Uint8Array,
  offset: number,
  more: boolean,
  target: Uint8Array,
  at: number,
): number {
  const { exports, raw, text, heap } = kernel;
  heap.set(piece, text);
  const written = exports.decode(text, piece.length, raw, more);
  if (written > 0) target.set(written === PIECE ? kernel.rawPiece : kernel.rawView(written), at);
  if (written >= 0) return written;
  const position = exports.position();
  throw codecError(-written, offset + position, piece[position]);
}

function requireRoom(target: Uint8Array, size: number): void {
  if (target.length < size)
    throw new RangeError(`The target has ${target.length} bytes, and ${size} are needed.`);
}
