import { codecError } from "./fault.ts";
import { GROUP, type Kernel, kernel, PIECE } from "./kernel.ts";

/** The bytes of text that go through linear memory at once; whole groups, so that canonical text is never cut. */
const TEXT_PIECE = GROUP * PIECE;

/**
 * The length of the text of `size` raw bytes: 11 a byte, less the last space.
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
 * The base-3 text (ASCII) of any bytes: six digits for each, most significant first, a space, a random filler of two
 * decimal digits and a lower-case letter, joined by spaces. It hides nothing: sealing is the crypto's part.
 *
 * @throws BabaError `BABA_CODEC` where the runtime has no memory left.
 *
 * @example
 * ```ts
 * import { encode } from "@baba/core";
 * const text = encode(new TextEncoder().encode("{}"));
 * console.log(new TextDecoder().decode(text)); // such as: 011120 49m 011122 07x
 * ```
 */
export function encode(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeWith(kernel(), bytes);
}

/**
 * The bytes of a base-3 text. Between its parts and at its ends any run of the bytes 09 to 0D and 20 is read;
 * everything else is strict. Empty text is no bytes.
 *
 * @throws BabaError `BABA_CODEC`, naming the offset of the first byte at fault and what was expected there.
 *
 * @example
 * ```ts
 * import { decode } from "@baba/core";
 * const bytes = decode(new TextEncoder().encode("011120 49m 011122 07x\n"));
 * console.log(new TextDecoder().decode(bytes)); // {}
 * ```
 */
export function decode(text: Uint8Array): Uint8Array<ArrayBuffer> {
  return decodeWith(kernel(), text);
}

/** {@link encode} through a given kernel. */
export function encodeWith(kernel: Kernel, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = bytes.length;
  if (size <= PIECE) {
    encodePiece(kernel, bytes);
    return kernel.heap.slice(kernel.text, kernel.text + encodedSize(size));
  }
  const result = new Uint8Array(encodedSize(size));
  for (let at = 0; at < size; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    encodePiece(kernel, piece);
    // Every piece but the last keeps the space that leads to the next.
    const length = Math.min(GROUP * piece.length, result.length - GROUP * at);
    result.set(kernel.heap.subarray(kernel.text, kernel.text + length), GROUP * at);
  }
  return result;
}

/** {@link decode} through a given kernel. */
export function decodeWith(kernel: Kernel, text: Uint8Array): Uint8Array<ArrayBuffer> {
  if (text.length <= TEXT_PIECE) {
    const written = decodePiece(kernel, text, 0, false);
    const result = kernel.heap.slice(kernel.raw, kernel.raw + written);
    wipeRaw(kernel, text.length);
    return result;
  }
  const result = new Uint8Array(mostBytes(text.length));
  let length = 0;
  for (let at = 0, more = true; more; at += kernel.exports.position()) {
    const piece = text.subarray(at, at + TEXT_PIECE);
    more = at + piece.length < text.length;
    const written = decodePiece(kernel, piece, at, more);
    result.set(kernel.heap.subarray(kernel.raw, kernel.raw + written), length);
    wipeRaw(kernel, piece.length);
    length += written;
  }
  return length === result.length ? result : result.slice(0, length);
}

/** Leaves the text of at most {@link PIECE} bytes in the text region, followed by a space. */
function encodePiece(kernel: Kernel, bytes: Uint8Array): void {
  const { exports, raw } = kernel;
  kernel.reserve(bytes.length);
  kernel.heap.set(bytes, raw);
  exports.encode(raw, bytes.length, kernel.text);
  exports.wipe(raw, bytes.length);
}

/** Leaves the bytes of a piece of text, which begins at `offset` of all of it, in the raw region. */
function decodePiece(kernel: Kernel, text: Uint8Array, offset: number, more: boolean): number {
  const { exports, raw } = kernel;
  kernel.reserve(mostBytes(text.length));
  kernel.heap.set(text, kernel.text);
  const written = exports.decode(kernel.text, text.length, raw, more);
  if (written >= 0) return written;
  wipeRaw(kernel, text.length);
  const position = exports.position();
  throw codecError(-written, offset + position, text[position]);
}

/** The kernel may have written a block beyond what it counts: all that the text could hold goes, and a block more. */
function wipeRaw(kernel: Kernel, textLength: number): void {
  kernel.exports.wipe(kernel.raw, mostBytes(textLength) + 16);
}

function mostBytes(textLength: number): number {
  return Math.floor((textLength + 1) / GROUP);
}
