import type { FileSystem, NewFile } from "../file-system/file-system.ts";
import { assertBytes } from "./assertions.ts";

/** Text as bytes. */
export const utf8: TextEncoder = new TextEncoder();

/** A file to create, with this text. */
export function file(path: string, text: string): NewFile {
  return { path, bytes: utf8.encode(text) };
}

/** Makes the root, and files in it with these texts. */
export async function start(files: FileSystem, texts: Readonly<Record<string, string>>): Promise<void> {
  await files.makeFolder(".");
  await files.create(Object.entries(texts).map(([path, text]) => file(path, text)));
}

/** Makes the root, and files in it whose texts contain their original names. */
export async function startNamed(files: FileSystem, paths: readonly string[]): Promise<void> {
  await files.makeFolder(".");
  await files.create(paths.map((path) => file(path, `text of ${path}`)));
}

/** Which of these files are absent. */
export async function absences(files: FileSystem, paths: readonly string[]): Promise<boolean[]> {
  return (await files.read(paths)).map((result) => result === undefined);
}

/** The names that `list` returns, sorted. */
export async function namesIn(files: FileSystem, folder: string): Promise<string[] | undefined> {
  return (await files.list(folder))?.map((entry) => entry.name).sort();
}

/** Reads the file, which must have exactly these bytes. */
export async function expectFile(files: FileSystem, path: string, expected: Uint8Array): Promise<void> {
  const [found] = await files.read([path]);
  assertBytes(found, expected, path);
}

/** The same for text. */
export async function expectText(files: FileSystem, path: string, text: string): Promise<void> {
  await expectFile(files, path, utf8.encode(text));
}

/**
 * Keeps changing the bytes of the file `a`, while another adapter must always see it whole: as it was, or
 * after some change.
 */
export async function expectWhole(
  files: FileSystem,
  reader: FileSystem,
  change: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  await startNamed(files, ["a"]);
  let done = false;
  const writing = (async () => {
    for (let i = 0; i < 200; i++) await change(new Uint8Array(5000).fill(i % 7));
  })().finally(() => {
    done = true;
  });
  for (let seen = 0; !done || seen === 0; seen++) {
    const [bytes] = await reader.read(["a"]);
    const first = bytes instanceof Uint8Array ? (bytes[0] ?? -1) : -1;
    const whole = first < 7 ? new Uint8Array(5000).fill(first) : utf8.encode("text of a");
    assertBytes(bytes, whole, "what a reader saw");
  }
  await writing;
  await reader.close();
}

/** Bytes that vary with seed and position; the period is prime, so it matches no buffer boundary. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const period = Math.min(length, 65_521);
  for (let i = 0; i < period; i++) bytes[i] = Math.imul(i + seed * 7919, 2654435761) >>> 16;
  for (let filled = period; filled < length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}
