import {
  closeSync,
  linkSync,
  lstatSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { performance } from "node:perf_hooks";
import type { FolderEntry, Move, NewFile, TakeFile } from "@baba/core";
import { errorOf, mustNotBeTooLong, opened, systemCode } from "@baba/core/adapter";
import { openNew, openToWrite, withFileToRead } from "./descriptors.ts";
import type { FolderCheck } from "./folders.ts";
import { fill, readShort, readShortRange } from "./short-read.ts";

/** Ranges up to this size get their whole room at once: asking for the file's length takes longer. */
const SHORT_RANGE = 4096;

/** How far a batch got: items done, and the error that stopped it, if it was not the deadline. */
export type Progress = { readonly done: number; readonly error?: Error | undefined };

/** A file's outcome in a batch of reads. */
export type ReadResult = Uint8Array | Error | undefined;

/** What a path is; `undefined` if there is nothing. */
export type Kind = FolderEntry["kind"] | undefined;

/** Room for a file's bytes. */
export type Allocate = (size: number) => Uint8Array;

/** How far a batch of reads may go, and where the bytes are put. */
export type ReadLimits = {
  readonly deadline: number;
  readonly longest: number;
  /** Bytes after which no further file is read. */
  readonly most: number;
  /** Files are read into this if they are shorter than it. */
  readonly room: Uint8Array;
  /**
   * Separate memory for each file; without it, files that fit stay in the room, each overwriting the last.
   */
  readonly allocate: Allocate | undefined;
};

/**
 * Reads whole files from number `from` on until the deadline or the most bytes, at least one, and passes each
 * to `take`; returns how many. A file longer than `longest` bytes also ends the batch, unread.
 */
export function read(
  folders: FolderCheck,
  paths: readonly string[],
  from: number,
  limits: ReadLimits,
  take: TakeFile,
): number {
  const readHere = (full: string): Uint8Array | "too long" => readOne(full, limits);
  let [next, bytes] = [from, 0];
  for (; next < paths.length && bytes < limits.most; next++) {
    if (next > from && performance.now() > limits.deadline) break;
    const result = outcome(folders, paths[next] ?? "", readHere);
    if (result === "too long") break;
    if (result instanceof Uint8Array) bytes += result.length;
    take(result, next);
  }
  return next - from;
}

function outcome<T>(folders: FolderCheck, path: string, use: (full: string) => T): T | Error | undefined {
  try {
    return folders.at(path, use);
  } catch (error) {
    return failure(error);
  }
}

/** The result for a file that could not be read: nothing if it does not exist. */
export function failure(error: unknown): Error | undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  return errorOf(error);
}

function readOne(full: string, { room, longest, allocate }: ReadLimits): Uint8Array | "too long" {
  const length = readShort(full, room);
  if (length === room.length) return readLong(full, longest, allocate);
  const bytes = room.subarray(0, length);
  if (allocate === undefined) return bytes;
  const own = allocate(length);
  own.set(bytes);
  return own;
}

function readLong(full: string, longest: number, allocate: Allocate = newRoom): Uint8Array | "too long" {
  return withFileToRead(full, (descriptor, size) => {
    if (size > longest) return "too long";
    mustNotBeTooLong(size, full);
    return filled(descriptor, 0, allocate(size));
  });
}

/** Newly allocated memory. */
export function newRoom(size: number): Uint8Array {
  return new Uint8Array(size);
}

/** Reads up to `length` bytes of one file from `offset` on. */
export function readRange(
  folders: FolderCheck,
  path: string,
  offset: number,
  length: number,
): Uint8Array | undefined {
  try {
    return folders.at(path, (full) =>
      length <= SHORT_RANGE ? shortRange(full, offset, length) : longRange(full, offset, length),
    );
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function shortRange(full: string, offset: number, length: number): Uint8Array {
  const room = newRoom(length);
  return room.subarray(0, readShortRange(full, offset, room));
}

function longRange(full: string, offset: number, length: number): Uint8Array {
  return withFileToRead(full, (descriptor, size) =>
    filled(descriptor, offset, newRoom(Math.max(0, Math.min(length, size - offset)))),
  );
}

function filled(descriptor: number, offset: number, room: Uint8Array): Uint8Array {
  return room.subarray(0, fill(descriptor, offset, room));
}

/** Changes items in order, from number `from` on until the deadline, at least one. */
export type Change<T> = (
  folders: FolderCheck,
  items: readonly T[],
  from: number,
  deadline: number,
) => Progress;

/** Creates files. */
export const create: Change<NewFile> = inOrder((folders, { path, bytes }) => {
  createFile(folders.resolve(path), bytes);
});

function createFile(full: string, bytes: Uint8Array): void {
  const descriptor = openNew(full);
  try {
    drain(descriptor, 0, bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all bytes at `offset` into an existing file. */
export function write(folders: FolderCheck, path: string, offset: number, bytes: Uint8Array): void {
  closeSync(writeOpen(folders, path, offset, bytes));
}

/** The same, but leaves the file open and returns its descriptor, which the caller closes. */
export function writeOpen(folders: FolderCheck, path: string, offset: number, bytes: Uint8Array): number {
  const descriptor = opened(() => folders.at(path, openToWrite));
  try {
    drain(descriptor, offset, bytes);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function drain(descriptor: number, offset: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, offset + written);
  }
}

/** Gives an existing file a second name; `false` if that name is taken. */
export function link(folders: FolderCheck, from: string, to: string): boolean {
  try {
    folders.at(from, (source) => folders.at(to, (target) => linkSync(source, target)));
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Renames files. */
export const rename: Change<Move> = inOrder((folders, { from, to }) => {
  renameSync(folders.resolve(from), folders.resolve(to));
});

/** Removes files; a missing one is no error. */
export const remove: Change<string> = inOrder((folders, path) => {
  try {
    unlinkSync(folders.resolve(path));
  } catch (error) {
    if (systemCode(folders.doubted(error)) !== "ENOENT") throw error;
  }
});

/** What each path is, until the deadline, at least one; fewer results than paths if it came first. */
export function kinds(folders: FolderCheck, paths: readonly string[], deadline: number): Kind[] {
  const results: Kind[] = [];
  for (const path of paths) {
    if (results.length > 0 && performance.now() > deadline) break;
    results.push(kindAt(folders, path));
  }
  return results;
}

function kindAt(folders: FolderCheck, path: string): Kind {
  try {
    const stats = lookAt(folders, path);
    if (stats?.isFile()) return "file";
    return stats && (stats.isDirectory() ? "folder" : "other");
  } catch (error) {
    if (systemCode(error) === "ELOOP" || systemCode(error) === "ENOTDIR") return "other";
    throw error;
  }
}

/** Whether there is a root, and all of these files, as far as they exist, are on its own device. */
export function onOneDevice(folders: FolderCheck, paths: readonly string[]): boolean {
  const dev = lookAt(folders, ".")?.dev;
  return dev !== undefined && paths.every((path) => (lookAt(folders, path)?.dev ?? dev) === dev);
}

function lookAt(folders: FolderCheck, path: string): Stats | undefined {
  try {
    // The root itself may be a link: what it leads to counts.
    if (path === ".") return statSync(folders.root);
    return folders.at(path, (full) => lstatSync(full, { throwIfNoEntry: false }));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes the change of a batch of what changes one item. */
function inOrder<T>(work: (folders: FolderCheck, item: T) => void): Change<T> {
  return (folders, items, from, deadline) => {
    let next = from;
    try {
      for (let item = items[next]; item !== undefined; item = items[next]) {
        if (next > from && performance.now() > deadline) break;
        work(folders, item);
        next += 1;
      }
      return { done: next - from };
    } catch (error) {
      folders.doubted(error);
      return { done: next - from, error: errorOf(error) };
    }
  };
}
