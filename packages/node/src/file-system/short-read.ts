import { closeSync, readSync } from "node:fs";
import { systemCode } from "@baba/core/adapter";
import { notAFile, openToRead, requireFile } from "./descriptors.ts";

/** What a disk, or a signal, cuts a read at: a read that ends elsewhere has met the end of the file. */
const BLOCK = 512;

/**
 * Reads a regular file into `room`, and returns how many bytes it has; `room.length` where it may have more. In three
 * system calls: to ask for its length beforehand costs as much as to open it, so the room is
 * larger than what is likely to be there.
 *
 * @throws `ENOENT`, `ELOOP` for a symbolic link, `EISDIR` for a folder, `ENOTSUP` for other things
 */
export function readShort(path: string, room: Uint8Array): number {
  return withUnasked(path, (descriptor) => {
    let filled = readSync(descriptor, room, 0, room.length, 0);
    for (let more = filled; more > 0 && filled % BLOCK === 0 && filled < room.length; filled += more)
      more = readSync(descriptor, room, filled, room.length - filled, filled);
    return filled;
  });
}

/**
 * Reads what a regular file has from `offset` on until the room is full, and returns how many bytes that is; without its length,
 * as {@link readShort}.
 *
 * @throws `ENOENT`, `ELOOP` for a symbolic link, `EISDIR` for a folder, `ENOTSUP` for other things
 */
export function readShortRange(path: string, offset: number, room: Uint8Array): number {
  return withUnasked(path, (descriptor) => fill(descriptor, offset, room));
}

/** Reads until the room is full or the file ends, which it may do early if somebody cuts it meanwhile; returns how many bytes. */
export function fill(descriptor: number, offset: number, room: Uint8Array): number {
  let filled = 0;
  while (filled < room.length) {
    const count = readSync(descriptor, room, filled, room.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Reads what has the name, and asks what it is only where nothing came. */
function withUnasked(path: string, read: (descriptor: number) => number): number {
  const descriptor = openToRead(path);
  try {
    const filled = read(descriptor);
    // Of devices that can be read at a place, those that have nothing to read.
    if (filled === 0) requireFile(descriptor, path);
    return filled;
  } catch (error) {
    // Only what is a sequence, as a pipe is, cannot be read at a place.
    throw systemCode(error) === "ESPIPE" ? notAFile(path) : error;
  } finally {
    closeSync(descriptor);
  }
}
