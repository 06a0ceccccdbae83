/** How many bytes become one call's arguments; engines take at least 65,535. */
const CHUNK = 0x2000;

/** Bytes as padded base64 of the standard alphabet (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let latin1 = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    // Applied and not spread, which would go through the iterator at eight times the cost.
    latin1 += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(i, i + CHUNK));
  }
  return btoa(latin1);
}

/** The bytes of a text that {@link toBase64} writes, and `undefined` for any other text. */
export function fromBase64(text: string): Uint8Array | undefined {
  const latin1 = tryDecode(text);
  // The platform's decoder forgives spaces, missing padding and stray bits; the way back does not.
  if (latin1 === undefined || btoa(latin1) !== text) return undefined;
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}

function tryDecode(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
