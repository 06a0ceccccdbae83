import { closeSync, readSync } from "node:fs";
import { systemCode } from "@baba/core/adapter";
import { notAFile, openToRead, requireFile } from "./descriptors.ts";

/** A disk or a signal cuts reads at multiples of this: one that ends elsewhere has met the file's end. */
const BLOCK = 512;

/**
 * Reads a regular file into `room`, and returns how many bytes it has; `room.length` if it may have more.
 * Takes three system calls: asking for the length first costs as much as opening the file, so the room is
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
 * Reads from `offset` on until the room is full or the regular file ends, and returns how many bytes that is;
 * without asking for the length, like {@link readShort}.
 *
 * @throws `ENOENT`, `ELOOP` for a symbolic link, `EISDIR` for a folder, `ENOTSUP` for other things
 */
export function readShortRange(path: string, offset: number, room: Uint8Array): number {
  return withUnasked(path, (descriptor) => fill(descriptor, offset, room));
}

/**
 * Reads until the room is full or the file ends, which may be early if someone truncates it meanwhile;
 * returns how many bytes.
 */
export function fill(descriptor: number, offset: number, room: Uint8Array): number {
  let filled = 0;
  while (filled < room.length) {
    const count = readSync(descriptor, room, filled, room.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Reads what has the name, and only checks its kind if there were no bytes. */
function withUnasked(path: string, read: (descriptor: number) => number): number {
  const descriptor = openToRead(path);
  try {
    const filled = read(descriptor);
    // This also catches devices that can be read at an offset but have nothing to read.
    if (filled === 0) requireFile(descriptor, path);
    return filled;
  } catch (error) {
    // Only streams such as pipes cannot be read at an offset.
    throw systemCode(error) === "ESPIPE" ? notAFile(path) : error;
  } finally {
    closeSync(descriptor);
  }
}
