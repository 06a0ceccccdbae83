/**
 * Whether a value is a `Uint8Array`, even of another realm (VM context, test sandbox); Node's `Buffer` is
 * one.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Otherwise a string's characters or another view's elements would be taken for bytes. */
export function requireBytes(value: unknown, what: string): void {
  // The first check is quick and fails only for arrays of another realm.
  if (value instanceof Uint8Array || isBytes(value)) return;
  throw new TypeError(`${what} must be a Uint8Array (for text, use new TextEncoder().encode()).`);
}

/** Two hexadecimal digits for each byte. */
export function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
