import { performance } from "node:perf_hooks";
import type { Move, NewFile } from "@baba/core";
import * as files from "./files.ts";
import type { FolderCheck } from "./folders.ts";
import type { EmptiedProgress, PackedProgress } from "./jobs.ts";
import type { LastWrite } from "./last-write.ts";
import { LANES, LONG_BYTES, SHORT_BYTES } from "./limits.ts";
import { Pace } from "./pace.ts";
import { patiently, toTheEnd } from "./patience.ts";
import type { Place } from "./reader.ts";
import { slicesOf, slicesOfFiles } from "./slices.ts";
import { writers } from "./threads.ts";
import { withinTurn } from "./turn.ts";
import { unpackError } from "./wire.ts";

// The measurements behind these numbers are in docs/performance.md, "Files on Node.js".
/**
 * This many files are created on the calling thread, turn by turn, even on a slow disk: each may cost thirty
 * reads, and a hop even more.
 */
const FEW_CREATES = 100;
/** Bytes that are packed for a thread at once. */
const SLICE_BYTES = 512 * 1024;

/**
 * Changes files and names: a few, or what goes into memory, on the calling thread, the rest in the one thread
 * for writing.
 */
export class Writer {
  readonly #place: Place;
  readonly #last: LastWrite;
  readonly #pace = new Pace();
  readonly #spare: ArrayBuffer[] = [];

  /** `last` keeps the file that was written last open for its sync. */
  constructor(place: Place, last: LastWrite) {
    this.#place = place;
    this.#last = last;
  }

  async create(created: readonly NewFile[]): Promise<void> {
    const few = created.length <= FEW_CREATES && bytesIn(created) <= LONG_BYTES;
    if (few) return this.#createHere(created);
    let earlier = 0;
    for (const slice of slicesOfFiles(created, SLICE_BYTES)) {
      await this.#createSlice(slice, earlier);
      earlier += slice.length;
    }
  }

  async write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const here = bytes.length <= LONG_BYTES;
    const most = here ? SHORT_BYTES : SLICE_BYTES;
    for (let done = 0; done < bytes.length || done === 0; done += most) {
      const piece = bytes.subarray(done, done + most);
      await patiently(() =>
        here
          ? this.#writeHere(path, offset + done, piece)
          : this.#writeInThread(path, offset + done, new Uint8Array(piece)),
      );
    }
  }

  async rename(moves: readonly Move[]): Promise<void> {
    this.#last.close();
    await this.#inOrder(moves, files.rename, (slice) =>
      writers.run(this.#place.owner, "rename", [this.#place.root, slice]),
    );
  }

  async remove(paths: readonly string[]): Promise<void> {
    this.#last.close();
    await this.#inOrder(paths, files.remove, (slice) =>
      writers.run(this.#place.owner, "remove", [this.#place.root, slice]),
    );
  }

  /** Releases the thread. */
  close(): Promise<void> {
    return writers.release(this.#place.owner);
  }

  async #createHere(created: readonly NewFile[]): Promise<void> {
    const beginnings = created.map(({ path, bytes }) => ({ path, bytes: bytes.subarray(0, SHORT_BYTES) }));
    await toTheEnd(created.length, (done) =>
      this.#here((folders, deadline) => files.create(folders, beginnings, done, deadline)),
    );
    await this.#writeRest(created, SHORT_BYTES);
  }

  /** Of a file that is longer than a slice, only the beginning goes with it. `earlier` files came before. */
  async #createSlice(slice: readonly NewFile[], earlier: number): Promise<void> {
    const [first] = slice;
    const isLong = first !== undefined && first.bytes.length > SLICE_BYTES;
    await toTheEnd(slice.length, (done) => {
      const inThread = () => this.#createInThread(slice.slice(done));
      return isLong ? inThread() : this.#some(slice, done, earlier, files.create, inThread);
    });
    await this.#writeRest(slice, SLICE_BYTES);
  }

  async #createInThread(slice: readonly NewFile[]): Promise<files.Progress> {
    const paths = slice.map(({ path }) => path);
    const { buffer, lengths } = this.#packed(slice);
    const input = [this.#place.root, paths, lengths, buffer] as const;
    return this.#emptied(await writers.run(this.#place.owner, "create", [...input], [buffer]));
  }

  async #writeRest(created: readonly NewFile[], from: number): Promise<void> {
    for (const { path, bytes } of created) {
      if (bytes.length > from) await this.write(path, from, bytes.subarray(from));
    }
  }

  /**
   * Copies of the files' first bytes, one after another in a transferable buffer: a view of each would cost
   * as much as its file.
   */
  #packed(slice: readonly NewFile[]): { readonly lengths: Uint32Array; readonly buffer: ArrayBuffer } {
    const buffer = this.#spare.pop() ?? new ArrayBuffer(SLICE_BYTES);
    const all = new Uint8Array(buffer);
    const lengths = new Uint32Array(slice.length);
    let used = 0;
    for (const [i, { bytes }] of slice.entries()) {
      const part = bytes.length > SLICE_BYTES ? bytes.subarray(0, SLICE_BYTES) : bytes;
      all.set(part, used);
      lengths[i] = part.length;
      used += part.length;
    }
    return { lengths, buffer };
  }

  /** A returned buffer is reused: new memory for each slice is garbage in two threads. */
  #emptied(progress: EmptiedProgress): files.Progress {
    if (this.#spare.length < LANES) this.#spare.push(progress.emptied);
    return unpackProgress(progress);
  }

  #writeHere(path: string, offset: number, piece: Uint8Array): Promise<void> {
    return this.#here((folders) => this.#last.keep(path, files.writeOpen(folders, path, offset, piece)));
  }

  #writeInThread(path: string, offset: number, copy: Uint8Array<ArrayBuffer>): Promise<void> {
    return writers.run(this.#place.owner, "write", [this.#place.root, path, offset, copy], [copy.buffer]);
  }

  /** Changes names, in order, slice by slice. */
  async #inOrder<T>(
    items: readonly T[],
    here: files.Change<T>,
    inThread: (slice: readonly T[]) => Promise<PackedProgress>,
  ): Promise<void> {
    for (const { from, items: slice } of slicesOf(items, 0)) {
      await toTheEnd(slice.length, (done) =>
        this.#some(slice, done, from, here, async () => unpackProgress(await inThread(slice.slice(done)))),
      );
    }
  }

  /**
   * Changes part of a slice, from item `from` on, with `earlier` items before it in its batch: on the calling
   * thread as long as changes go into memory, as a folder cannot take two at the same time; else in the
   * thread, which can wait for a disk.
   */
  async #some<T>(
    slice: readonly T[],
    from: number,
    earlier: number,
    here: files.Change<T>,
    inThread: () => Promise<files.Progress>,
  ): Promise<files.Progress> {
    if (earlier + from > 0 && !this.#pace.isQuick) return inThread();
    return this.#here((folders, deadline) => {
      const start = performance.now();
      const progress = here(folders, slice, from, deadline);
      this.#pace.note(progress.done, performance.now() - start);
      return progress;
    });
  }

  #here<T>(work: (folders: FolderCheck, deadline: number) => T): Promise<T> {
    return withinTurn((deadline) => work(this.#place.check(), deadline));
  }
}

function bytesIn(created: readonly NewFile[]): number {
  return created.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function unpackProgress({ done, error }: PackedProgress): files.Progress {
  return { done, error: error && unpackError(error) };
}
