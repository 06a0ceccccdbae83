import { closeSync, readSync } from "node:fs";
import { openToRead, requireFile } from "./descriptors.ts";
import { type Allocate, failure, type ReadResult } from "./files.ts";
import type { FolderCheck } from "./folders.ts";
import { LONG_BYTES, SHORT_BYTES } from "./limits.ts";
import { withinTurn } from "./turn.ts";

type OpenFile = { readonly descriptor: number; readonly size: number };

/**
 * Reads a file on the calling thread in pieces, each in a turn of the event loop that has time for it:
 * starting a thread takes longer, and blocks the event loop. `"too long"` for a file that is better read in a
 * thread.
 */
export async function readLong(
  check: () => FolderCheck,
  path: string,
  allocate: Allocate,
): Promise<ReadResult | "too long"> {
  try {
    const file = await withinTurn(() => check().at(path, open));
    try {
      return file.size > LONG_BYTES ? "too long" : await readPieces(file, allocate(file.size));
    } finally {
      closeSync(file.descriptor);
    }
  } catch (error) {
    return failure(error);
  }
}

function open(full: string): OpenFile {
  const descriptor = openToRead(full);
  try {
    return { descriptor, size: requireFile(descriptor, full) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Until the room is full or the file ends, which may be early if someone truncates it meanwhile. */
async function readPieces({ descriptor }: OpenFile, room: Uint8Array): Promise<Uint8Array> {
  let filled = 0;
  while (filled < room.length) {
    const most = Math.min(SHORT_BYTES, room.length - filled);
    const count = await withinTurn(() => readSync(descriptor, room, filled, most, filled));
    if (count === 0) break;
    filled += count;
  }
  return room.subarray(0, filled);
}
