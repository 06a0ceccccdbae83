import type { Changes } from "../storage.ts";

const utf8 = new TextEncoder();

/** The slow, readable reference for `encodeChanges`. */
export function referenceChanges(changes: Changes): Uint8Array {
  const bytes = bigEndian(changes.size, 4);
  for (const [name, payload] of changes) {
    const nameBytes = utf8.encode(name);
    bytes.push(payload === undefined ? 0 : 1, ...bigEndian(nameBytes.length, 2));
    bytes.push(...bigEndian(payload?.length ?? 0, 4), ...nameBytes, ...(payload ?? []));
  }
  return Uint8Array.from(bytes);
}

function bigEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => (value >>> (8 * (size - 1 - i))) & 0xff);
}
