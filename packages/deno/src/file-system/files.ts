import type { EntryKind, Move, NewFile } from "@baba/core";
import { opened, systemCode, systemError } from "@baba/core/adapter";
import { type FolderCheck, kindOf, mustBeFile } from "./folders.ts";

/** The most bytes to read or write synchronously in one go: about a tenth of a millisecond. */
export const SHORT_BYTES: number = 256 * 1024;

/**
 * The bytes of a file; `"long"` if they are more than can be read in a turn; `undefined` if there is none.
 */
export function read(folders: FolderCheck, path: string): Uint8Array | "long" | undefined {
  try {
    return folders.at(path, (full) => (mustBeFile(full) > SHORT_BYTES ? "long" : Deno.readFileSync(full)));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Opens a file to read it, at an offset; `undefined` if there is none. The caller closes it. */
export function openAt(folders: FolderCheck, path: string, offset: number): OpenedFile | undefined {
  try {
    return folders.at(path, (full) => {
      mustBeFile(full);
      const file = Deno.openSync(full, { read: true });
      return orClosed(file, () => {
        file.seekSync(offset, Deno.SeekMode.Start);
        // Of what was opened: another file may have come into the place since it was looked at.
        return { file, left: Math.max(0, file.statSync().size - offset) };
      });
    });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A file at an offset, and how many bytes it had from there on. */
export type OpenedFile = { readonly file: Deno.FsFile; readonly left: number };

/** Reads up to `length` bytes, fewer if the file ends before. */
export function fill(file: Deno.FsFile, length: number): Uint8Array {
  const room = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(room.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return room.subarray(0, filled);
}

/** The same off the event loop. */
export async function fillLong(file: Deno.FsFile, length: number): Promise<Uint8Array> {
  const room = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(room.subarray(filled, filled + SHORT_BYTES));
    if (count === null) break;
    filled += count;
  }
  return room.subarray(0, filled);
}

/** Creates a file with these bytes, mode 0600. @throws `EEXIST` */
export function create(folders: FolderCheck, { path, bytes }: NewFile): void {
  folders.at(path, (full) => Deno.writeFileSync(full, bytes, { createNew: true, mode: 0o600 }));
}

/** Opens an existing file to write at an offset; the caller closes it. */
export function openToWrite(folders: FolderCheck, path: string, offset: number): Deno.FsFile {
  return opened(() =>
    folders.file(path, (full) => {
      const file = Deno.openSync(full, { write: true });
      return orClosed(file, () => {
        if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
        return file;
      });
    }),
  );
}

/** Works on an open file, which is closed if that fails. */
function orClosed<T>(file: Deno.FsFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Writes all bytes at the current position of a file or stream, which may take only a part at a time. */
export function drain(file: Pick<Deno.FsFile, "writeSync">, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += file.writeSync(bytes.subarray(written));
}

/** The same off the event loop; the caller must not change the bytes until the promise resolves. */
export async function drainLong(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += await file.write(bytes.subarray(written, written + SHORT_BYTES));
  }
}

/** Gives an existing file a second name; `false` if that name is taken. */
export function link(folders: FolderCheck, from: string, to: string): boolean {
  try {
    folders.at(from, (source) => folders.at(to, (target) => Deno.linkSync(source, target)));
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Renames a file, replacing whatever has the new name. */
export function rename(folders: FolderCheck, { from, to }: Move): void {
  folders.at(from, (source) => folders.at(to, (target) => Deno.renameSync(source, target)));
}

/** Removes a file; a missing one is no error. */
export function remove(folders: FolderCheck, path: string): void {
  try {
    folders.at(path, (full) => {
      // Deno would also remove empty folders.
      if (Deno.lstatSync(full).isDirectory) throw systemError("EISDIR", "is a folder", full);
      Deno.removeSync(full);
    });
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** What a path is; `undefined` if there is nothing. */
export function kind(folders: FolderCheck, path: string): EntryKind | undefined {
  try {
    // The root itself may be a link: what it leads to counts.
    if (path === ".") return kindOf(Deno.statSync(folders.root));
    return kindOf(folders.at(path, (full) => Deno.lstatSync(full)));
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP" || code === "ENOTDIR") return "other";
    throw error;
  }
}
