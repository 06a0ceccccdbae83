import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

const BLOCK = 512;
const NAME_LENGTH = 100;
const SIZE_AT = 124;
const SIZE_LENGTH = 12;
const TYPE_AT = 156;
const PREFIX_AT = 345;
const PREFIX_LENGTH = 155;

/**
 * The regular files of a tarball in ustar format, by name, without the leading folder "package" of npm's
 * tarballs.
 *
 * @throws if it has entries that are neither files nor folders
 */
export async function readTarball(tarball: string): Promise<ReadonlyMap<string, Buffer>> {
  const bytes = gunzipSync(await readFile(tarball));
  const files = new Map<string, Buffer>();
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(text(bytes, at + SIZE_AT, SIZE_LENGTH), 8);
    const type = String.fromCharCode(bytes[at + TYPE_AT] ?? 0);
    if (type === "0") files.set(nameAt(bytes, at), bytes.subarray(at + BLOCK, at + BLOCK + size));
    else if (type !== "5") throw new Error(`Entry of type "${type}" in ${tarball}`);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function nameAt(bytes: Buffer, at: number): string {
  const prefix = text(bytes, at + PREFIX_AT, PREFIX_LENGTH);
  const name = text(bytes, at, NAME_LENGTH);
  return (prefix === "" ? name : `${prefix}/${name}`).replace(/^package\//, "");
}

/** Reads text up to the first NUL. */
function text(bytes: Buffer, at: number, length: number): string {
  return bytes.toString("utf8", at, at + length).split("\0", 1)[0] ?? "";
}
