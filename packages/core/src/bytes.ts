/**
 * Whether a value is a `Uint8Array`, even of another realm (VM context, test sandbox); Node's `Buffer` is
 * one.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Two hexadecimal digits for each byte. */
export function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
