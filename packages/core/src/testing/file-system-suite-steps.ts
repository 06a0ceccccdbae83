import type { FileSystem, NewFile } from "../file-system/file-system.ts";
import { assertBytes } from "./assertions.ts";

/** Text as bytes. */
export const utf8: TextEncoder = new TextEncoder();

/** A file of a text, to be created. */
export function file(path: string, text: string): NewFile {
  return { path, bytes: utf8.encode(text) };
}

/** Makes the root, and files in it of these texts. */
export async function start(files: FileSystem, texts: Readonly<Record<string, string>>): Promise<void> {
  await files.makeFolder(".");
  await files.create(Object.entries(texts).map(([path, text]) => file(path, text)));
}

/** Makes the root, and files in it whose texts tell their first names. */
export async function startNamed(files: FileSystem, paths: readonly string[]): Promise<void> {
  await files.makeFolder(".");
  await files.create(paths.map((path) => file(path, `text of ${path}`)));
}

/** Which of these files are absent. */
export async function absences(files: FileSystem, paths: readonly string[]): Promise<boolean[]> {
  return (await files.read(paths)).map((result) => result === undefined);
}

/** The names that `list` gives, sorted. */
export async function namesIn(files: FileSystem, folder: string): Promise<string[] | undefined> {
  return (await files.list(folder))?.map((entry) => entry.name).sort();
}

/** Reads the file, which must have these bytes. */
export async function expectFile(files: FileSystem, path: string, expected: Uint8Array): Promise<void> {
  const [found] = await files.read([path]);
  assertBytes(found, expected, path);
}

/** The same of a text. */
export async function expectText(files: FileSystem, path: string, text: string): Promise<void> {
  await expectFile(files, path, utf8.encode(text));
}

/** Bytes that differ between seeds and positions; they repeat after a prime, and so at no boundary of a buffer. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const period = Math.min(length, 65_521);
  for (let i = 0; i < period; i++) bytes[i] = Math.imul(i + seed * 7919, 2654435761) >>> 16;
  for (let filled = period; filled < length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}
