/** What the writers write and the foreign reader checks. */
export type Checked = {
  readonly id: number;
  readonly version: number;
  readonly text: string;
  readonly checksum: number;
};

/** Makes a record whose checksum covers all of it. */
export function checked(id: number, version: number, length: number): Checked {
  const text = `${id}/${version}~`.repeat(Math.ceil(length / 4)).slice(0, length);
  return { id, version, text, checksum: checksumOf(`${id} ${version} ${text}`) };
}

/** What is wrong with the value of a record's file; `undefined` if nothing. */
export function faultOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "not an object";
  const { id, version, text, checksum } = { id: 0, version: 0, text: "", checksum: -1, ...value };
  return checksum === checksumOf(`${id} ${version} ${text}`) ? undefined : "its checksum does not fit";
}

/** Decodes base-3 text strictly. @throws if it is not base-3 text */
export function decodeText(text: string): Uint8Array {
  const parts = text.split(" ");
  if (parts.length % 2 !== 0) throw new Error(`it has ${parts.length} parts`);
  return Uint8Array.from({ length: parts.length / 2 }, (_, i) => {
    const [digits = "", salt = ""] = [parts[2 * i], parts[2 * i + 1]];
    const byte = Number.parseInt(digits, 3);
    if (!/^[012]{6}$/.test(digits) || !/^[0-9]{2}[a-z]$/.test(salt) || byte > 255)
      throw new Error(`part ${2 * i} is "${digits} ${salt}"`);
    return byte;
  });
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo), over UTF-16 units. */
function checksumOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
