/** Whether a value is a `Uint8Array`, also one of another realm (a VM context, a test runner's sandbox); Node's `Buffer` is one. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}
