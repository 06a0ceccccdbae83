import { performance } from "node:perf_hooks";
import type { TakeFile } from "@baba/core";
import { inLanes, isCrowded } from "@baba/core/adapter";
import * as files from "./files.ts";
import type { FolderCheck } from "./folders.ts";
import { LANES, SHORT_BYTES } from "./limits.ts";
import { readLong } from "./long-read.ts";
import { Pace } from "./pace.ts";
import { SpareBuffers, unpackReads } from "./packed-reads.ts";
import { patiently } from "./patience.ts";
import { slicesOf } from "./slices.ts";
import { type ThreadUser, threads } from "./threads.ts";
import { budget } from "./turn.ts";

/** Where files are read: in threads on behalf of `owner`, below the root, through folders that are sound. */
export type Place = { readonly owner: ThreadUser; readonly root: string; check(): FolderCheck };

type Batch = {
  readonly paths: readonly string[];
  readonly take: TakeFile;
  /** Separate memory for each file, if it is needed after `take` returns. */
  readonly allocate: files.Allocate | undefined;
};

/** A file that could not be opened for now, and its index in the batch. */
type Crowded = { readonly error: Error; readonly i: number };

/** What is read on the calling thread is taken at once, so one room is enough, however many stores are open. */
let room: Uint8Array | undefined;

/**
 * Reads whole files: on the calling thread, turn by turn, as long as they come from memory, else in threads,
 * which can wait for a disk.
 */
export class Reader {
  readonly #place: Place;
  readonly #pace = new Pace();
  readonly #spare = new SpareBuffers();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Passes each file to `take`; returns a promise only if `take` has not received all of them by then. */
  read(paths: readonly string[], take: TakeFile, allocate?: files.Allocate): Promise<void> | undefined {
    const crowded: Crowded[] = [];
    const patient: TakeFile = (file, i) => {
      if (file instanceof Error && isCrowded(file)) crowded.push({ error: file, i });
      else take(file, i);
    };
    const batch: Batch = { paths, take: patient, allocate };
    const done = budget.atOnce((deadline) => this.#readHere(batch, 0, deadline));
    if (done === paths.length && crowded.length === 0) return undefined;
    return this.#readRest(batch, done)
      .then(() => (crowded.length === 0 ? undefined : this.#readAgain(batch, crowded)))
      .then(() => crowded.forEach(({ error, i }) => void take(error, i)));
  }

  /** Reads files that could not be opened for now; those that still cannot are left in `crowded`. */
  async #readAgain(batch: Batch, crowded: Crowded[]): Promise<void> {
    await patiently(async () => {
      const again = crowded.splice(0);
      const paths = again.map(({ i }) => batch.paths[i] ?? "");
      const take: TakeFile = (file, k) => batch.take(file, again[k]?.i ?? 0);
      await this.#readRest({ ...batch, paths, take }, undefined);
      for (const { error } of crowded) throw error;
    }).catch((error: unknown) => {
      if (!isCrowded(error)) throw error;
    });
  }

  /** Reads what is left after `already` files; `0` means that the first one is too long for one go. */
  async #readRest(batch: Batch, already: number | undefined): Promise<void> {
    const done = await this.#readTurns(batch, already);
    if (done === batch.paths.length) return;
    await inLanes(slicesOf(batch.paths, done), LANES, async ({ from, items }) => {
      for (let read = 0; read < items.length; )
        read += await this.#readInThread(batch, from + read, items.slice(read));
    });
  }

  /** Reads these files, or the first of them if all are long; returns how many. */
  async #readInThread({ take, allocate }: Batch, from: number, paths: readonly string[]): Promise<number> {
    const { owner, root } = this.#place;
    const buffers = allocate === undefined ? this.#spare.take() : [];
    const packed = await threads.run(owner, "read", [root, paths, buffers], buffers);
    const found = unpackReads(packed);
    for (const [i, file] of found.entries()) take(file, from + i);
    if (allocate === undefined) this.#spare.put(packed.buffers);
    return found.length;
  }

  /** Reads on, turn by turn, as long as that is quick; returns how many have been read then. */
  async #readTurns(batch: Batch, already: number | undefined): Promise<number> {
    let [done, count] = [already ?? 0, already];
    while (done < batch.paths.length && (count === undefined || this.#pace.isQuick)) {
      if (count === 0 && !(await this.#readLong(batch, done))) break;
      count = count === 0 ? 1 : await budget.within((deadline) => this.#readHere(batch, done, deadline));
      done += count;
    }
    return done;
  }

  /** Whether that file was not too long for the calling thread. */
  async #readLong({ paths, take, allocate }: Batch, i: number): Promise<boolean> {
    const file = await readLong(() => this.#place.check(), paths[i] ?? "", allocate ?? files.newRoom);
    if (file === "too long") return false;
    take(file, i);
    return true;
  }

  #readHere({ paths, take, allocate }: Batch, from: number, deadline: number): number {
    room ??= new Uint8Array(SHORT_BYTES);
    const most = Number.POSITIVE_INFINITY;
    const limits = { deadline, longest: SHORT_BYTES, most, room, allocate };
    const start = performance.now();
    const count = files.read(this.#place.check(), paths, from, limits, take);
    this.#pace.note(count, performance.now() - start);
    return count;
  }
}
