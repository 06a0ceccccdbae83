import { closeSync, readSync } from "node:fs";
import { codeOf, notAFile, openToRead, requireFile } from "./descriptors.ts";

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
  const descriptor = openToRead(path);
  try {
    let filled = readSync(descriptor, room, 0, room.length, 0);
    // Of devices that can be read at a place, those that have nothing to read.
    if (filled === 0) requireFile(descriptor, path);
    for (let more = filled; more > 0 && filled % BLOCK === 0 && filled < room.length; filled += more)
      more = readSync(descriptor, room, filled, room.length - filled, filled);
    return filled;
  } catch (error) {
    // Only what is a sequence, as a pipe is, cannot be read at a place.
    throw codeOf(error) === "ESPIPE" ? notAFile(path) : error;
  } finally {
    closeSync(descriptor);
  }
}
