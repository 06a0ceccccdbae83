import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Move } from "@baba/core";
import { type SyncEnd, tellsOfFailedSync } from "@baba/core/adapter";
import * as files from "./files.ts";
import { FolderCheck } from "./folders.ts";
import { MOST_BYTES } from "./limits.ts";
import { list, type PackedListing, packListing } from "./listing.ts";
import { isPackedReads, type PackedReads, packing, packReads } from "./packed-reads.ts";
import { packError, type WireError } from "./wire.ts";

const WITHOUT_END = Number.POSITIVE_INFINITY;
/** Files shorter than this are read by one call; each thread has this memory once. */
const ROOM_BYTES = 64 * 1024;
const SYNC_PROGRAMS = ["/usr/bin/sync", "/bin/sync"];

const room = new Uint8Array(ROOM_BYTES);

/** How far a job got, with its error as data. */
export type PackedProgress = { readonly done: number; readonly error: WireError | undefined };

/** The same, and the buffer that the files' bytes came in, to be refilled. */
export type EmptiedProgress = PackedProgress & { readonly emptied: ArrayBuffer };

/**
 * What a thread does: each job takes and returns what structured cloning can carry. These are the same
 * operations as without a thread, for a whole batch and without a deadline.
 */
export const jobs = {
  /**
   * Gives the outcomes of the first files, at least one, if all together are long. `buffers` were handed over
   * before, and are to be refilled.
   */
  read(root: string, paths: readonly string[], buffers: readonly ArrayBuffer[] = []): PackedReads {
    const results: files.ReadResult[] = [];
    const endless = { deadline: WITHOUT_END, longest: WITHOUT_END };
    const limits = { ...endless, most: MOST_BYTES, room, allocate: packing(buffers) };
    files.read(new FolderCheck(root), paths, 0, limits, (result) => results.push(result));
    return packReads(results);
  },

  readRange(root: string, path: string, offset: number, length: number): Uint8Array | undefined {
    return files.readRange(new FolderCheck(root), path, offset, length);
  },

  /** The files' bytes are one after another in the buffer. */
  create(root: string, paths: readonly string[], lengths: Uint32Array, buffer: ArrayBuffer): EmptiedProgress {
    const created = unpacked(lengths, buffer).map((bytes, i) => ({ path: paths[i] ?? "", bytes }));
    const progress = files.create(new FolderCheck(root), created, 0, WITHOUT_END);
    return { ...pack(progress), emptied: buffer };
  },

  write(root: string, path: string, offset: number, bytes: Uint8Array): void {
    files.write(new FolderCheck(root), path, offset, bytes);
  },

  rename(root: string, moves: readonly Move[]): PackedProgress {
    return pack(files.rename(new FolderCheck(root), moves, 0, WITHOUT_END));
  },

  remove(root: string, paths: readonly string[]): PackedProgress {
    return pack(files.remove(new FolderCheck(root), paths, 0, WITHOUT_END));
  },

  kinds(root: string, paths: readonly string[]): files.Kind[] {
    return files.kinds(new FolderCheck(root), paths, WITHOUT_END);
  },

  list(root: string, folder: string): PackedListing | undefined {
    const listing = list(new FolderCheck(root), folder, WITHOUT_END);
    return listing === undefined || listing === "late" ? undefined : packListing(listing);
  },

  onOneDevice(root: string, paths: readonly string[]): boolean {
    return files.onOneDevice(new FolderCheck(root), paths);
  },

  /**
   * Runs `sync` in the root, with these arguments; `undefined` if there is no such program that tells of
   * failures.
   */
  sync(root: string, args: readonly string[]): SyncEnd | undefined {
    const program = SYNC_PROGRAMS.find((path) => existsSync(path));
    if (program === undefined || !tellsOfFailedSync(run(root, program, ["--version"]).stdout))
      return undefined;
    const { error, status, stderr } = run(root, program, args);
    return error === undefined ? { status, said: stderr } : undefined;
  },
};

/** What a program writes is empty if it cannot be started. */
function run(root: string, program: string, args: readonly string[]) {
  const { error, status, stdout, stderr } = spawnSync(program, [...args], {
    cwd: root,
    env: { LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  return { error, status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** The buffers of a result, which are transferred and not copied. */
export function buffersOf(result: unknown): ArrayBuffer[] {
  if (result instanceof Uint8Array) return result.buffer instanceof ArrayBuffer ? [result.buffer] : [];
  if (isEmptied(result)) return [result.emptied];
  return isPackedReads(result) ? [...result.buffers] : [];
}

function isEmptied(result: unknown): result is EmptiedProgress {
  return typeof result === "object" && result !== null && "emptied" in result;
}

function unpacked(lengths: Uint32Array, buffer: ArrayBuffer): Uint8Array[] {
  let end = 0;
  return Array.from(lengths, (length) => {
    end += length;
    return new Uint8Array(buffer, end - length, length);
  });
}

function pack({ done, error }: files.Progress): PackedProgress {
  return { done, error: error && packError(error) };
}
