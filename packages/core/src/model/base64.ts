/** How many bytes are passed as arguments of one call; engines accept at least 65,535. */
const CHUNK = 0x2000;

/** Encodes bytes as padded base64 with the standard alphabet (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let latin1 = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    // Not spread: going through the iterator costs eight times as much.
    latin1 += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(i, i + CHUNK));
  }
  return btoa(latin1);
}

/** The inverse of {@link toBase64}; `undefined` for any text that it does not write. */
export function fromBase64(text: string): Uint8Array | undefined {
  const latin1 = tryDecode(text);
  // `atob` tolerates spaces, missing padding and stray bits; encoding again reveals them.
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
