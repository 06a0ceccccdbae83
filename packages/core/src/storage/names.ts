import { BabaError } from "../errors.ts";
import { printable } from "../printable.ts";

/** The end of every record's file name. */
export const RECORD_SUFFIX = ".baba";
const LONGEST_SEGMENT = 200;
/** Bytes of a whole name: with the directory's path it must fit the system's limit, 4,096 on Linux. */
const LONGEST_NAME = 1024;
/** Segments of a name: each folder on the way is checked for each record. */
const MOST_SEGMENTS = 32;
const FORBIDDEN = /[\p{Cc}\\:*?"<>|]/u;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
/** Names that only the check for devices can refuse, so that the common case costs one look. */
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,100}\.baba$/;
const utf8 = new TextEncoder();

/**
 * A record's name in its canonical form (NFC), fully checked: relative, `/`-separated, safe on every system,
 * and ending in `.baba`.
 *
 * @throws `BABA_NAME`
 * @example
 * ```ts
 * import { checkRecordName } from "@baba/core";
 * console.log(checkRecordName("heroes/bob.baba")); // heroes/bob.baba
 * ```
 */
export function checkRecordName(name: unknown): string {
  if (typeof name === "string" && PLAIN_NAME.test(name) && !DEVICE.test(name.slice(0, name.indexOf("."))))
    return name;
  const segments = checkPath(name, "file");
  const path = segments.join("/");
  if (!path.endsWith(RECORD_SUFFIX)) {
    throw nameError(path, `must end in "${RECORD_SUFFIX}": try "${printable(path)}${RECORD_SUFFIX}"`);
  }
  for (const folder of segments.slice(0, -1)) checkFolderSegment(folder, path);
  return path;
}

/**
 * A folder's name in its canonical form (NFC); `"."` is the database's own directory.
 *
 * @throws `BABA_NAME`
 * @example
 * ```ts
 * import { checkFolderName } from "@baba/core";
 * console.log(checkFolderName("heroes/retired")); // heroes/retired
 * ```
 */
export function checkFolderName(folder: unknown): string {
  if (folder === ".") return ".";
  const segments = checkPath(folder, "folder");
  const path = segments.join("/");
  for (const segment of segments) checkFolderSegment(segment, path);
  return path;
}

/**
 * The file name for a record's `id`: a safe integer, a bigint or a string of one legal segment.
 *
 * @throws `BABA_ID_MISSING` if there is no such `id`, `BABA_NAME` if it makes no legal name
 */
export function defaultRecordName(record: unknown): string {
  const id = typeof record === "object" && record !== null && "id" in record ? record.id : undefined;
  if (typeof id === "string" || typeof id === "bigint") return nameOfId(String(id));
  if (Number.isSafeInteger(id)) return `${String(Object.is(id, -0) ? 0 : id)}${RECORD_SUFFIX}`;
  throw new BabaError(
    "BABA_ID_MISSING",
    "The record has no `id` that is a safe integer, a bigint or a string: give it one, or give a file name as the last argument.",
  );
}

function nameOfId(id: string): string {
  try {
    if (id.includes("/")) throw nameError(id, "has more than one segment");
    checkPath(id, "file"); // by itself: the suffix would hide a trailing dot or space
    return checkRecordName(id + RECORD_SUFFIX);
  } catch (error) {
    if (!(error instanceof BabaError)) throw error;
    throw new BabaError(
      error.code,
      `${error.message} Without a file name the record's \`id\` serves as one: choose another \`id\`, or give a file name as the last argument.`,
      { record: error.record },
    );
  }
}

/** The folder that holds a record or folder; `"."` for those in the directory itself. */
export function folderOf(name: string): string {
  const end = name.lastIndexOf("/");
  return end < 0 ? "." : name.slice(0, end);
}

/** The path of an entry of a folder. */
export function pathIn(folder: string, entry: string): string {
  return folder === "." ? entry : `${folder}/${entry}`;
}

/** Orders names by their UTF-8 bytes, which is the order of their code points. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above the BMP, so they sort after U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function checkPath(name: unknown, kind: "file" | "folder"): string[] {
  if (typeof name !== "string") {
    throw new BabaError(
      "BABA_NAME",
      `A ${kind} name must be a string, not ${name === null ? "null" : typeof name}.`,
    );
  }
  const path = name.normalize("NFC");
  if (path === "")
    throw nameError(path, `may not be empty${kind === "folder" ? ': the directory itself is "."' : ""}`);
  if (path.startsWith("/")) throw nameError(path, "must be relative to the database's directory");
  if (isLongerThan(LONGEST_NAME, path)) throw nameError(path, `has more than ${LONGEST_NAME} bytes`);
  const segments = path.split("/");
  if (segments.length > MOST_SEGMENTS)
    throw nameError(path, `has more than ${MOST_SEGMENTS} segments: put it into fewer folders`);
  for (const segment of segments) checkSegment(segment, path);
  return segments;
}

/** In bytes of UTF-8, of which there are at least as many as UTF-16 units. */
function isLongerThan(bytes: number, text: string): boolean {
  return text.length > bytes || utf8.encode(text).length > bytes;
}

function checkSegment(segment: string, path: string): void {
  if (segment === "")
    throw nameError(path, "has an empty segment: write one / between segments and none at the end");
  if (segment === "." || segment === "..") throw nameError(path, `may not have the segment "${segment}"`);
  if (segment.startsWith(".")) throw nameError(path, "has a segment that begins with a dot");
  if (FORBIDDEN.test(segment))
    throw nameError(path, 'contains a control character or one of \\ : * ? " < > |');
  if (/\p{Surrogate}/u.test(segment))
    throw nameError(path, "contains half a surrogate pair, which is not a character");
  if (/[. ]$/.test(segment)) throw nameError(path, "has a segment that ends in a dot or a space");
  if (DEVICE.test((segment.split(".")[0] ?? "").trimEnd()))
    throw nameError(path, "has a segment that Windows reserves for a device");
  if (isLongerThan(LONGEST_SEGMENT, segment))
    throw nameError(path, `has a segment of more than ${LONGEST_SEGMENT} bytes`);
}

function checkFolderSegment(segment: string, path: string): void {
  if (segment.toLowerCase().endsWith(RECORD_SUFFIX)) {
    throw nameError(path, `has a folder whose name ends in "${RECORD_SUFFIX}", which is for records`);
  }
}

function nameError(name: string, reason: string): BabaError {
  return new BabaError("BABA_NAME", `The name "${printable(name)}" ${reason}.`, { record: name });
}
