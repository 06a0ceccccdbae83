import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { FileSystem, FolderEntry, Move, NewFile, TakeFile } from "@baba/core";
import { inLanes, type PathCalls, processLives, realPath, syncHolders, Trust } from "@baba/core/adapter";
import * as files from "./files.ts";
import { namesOf } from "./folder-names.ts";
import { stampOf } from "./folder-stamp.ts";
import { FolderCheck } from "./folders.ts";
import { isLocked } from "./kernel-lock.ts";
import { LastWrite } from "./last-write.ts";
import { LANES, SHORT_BYTES } from "./limits.ts";
import { entriesOf, list, unpackEntries } from "./listing.ts";
import { makeFolder } from "./make-folder.ts";
import { Pace } from "./pace.ts";
import { patiently } from "./patience.ts";
import { processIdentity, sight } from "./process-identity.ts";
import { Reader } from "./reader.ts";
import { slicesOf } from "./slices.ts";
import { syncFiles, syncFolders, syncFullFolder, syncOpen } from "./sync.ts";
import { MANY_SYNCS, syncTogether } from "./sync-together.ts";
import { type ThreadUser, threads } from "./threads.ts";
import { budget, withinTurn } from "./turn.ts";
import { Writer } from "./writer.ts";

const PATH_CALLS: PathCalls = { dirname, basename, join, real: (path) => realpathSync.native(path), isLink };

/**
 * The files below a directory (relative to the current working directory), by `node:fs`: small work
 * synchronously on the calling thread, as far as a turn of the event loop allows, large batches in threads,
 * syncs always off the event loop. `warn` is told once if threads cannot be started.
 *
 * @example
 * ```ts
 * import { nodeFileSystem } from "@baba/node";
 *
 * const files = nodeFileSystem("data");
 * await files.makeFolder("heroes");
 * console.log(await files.list(".")); // [ { name: "heroes", kind: "folder" } ]
 * await files.close();
 * ```
 */
export function nodeFileSystem(
  directory: string,
  warn: (message: string) => void = (message) => process.emitWarning(`BabaDB: ${message}`),
): FileSystem {
  return new NodeFileSystem(resolve(directory), warn);
}

class NodeFileSystem implements FileSystem, ThreadUser {
  readonly warn: (message: string) => void;
  readonly #root: string;
  readonly #trust = new Trust();
  readonly #reader: Reader;
  readonly #looks = new Pace();
  readonly #last = new LastWrite();
  readonly #writer: Writer;

  constructor(root: string, warn: (message: string) => void) {
    this.#root = root;
    this.warn = warn;
    const place = { owner: this, root, check: () => this.#check() };
    this.#reader = new Reader(place);
    this.#writer = new Writer(place, this.#last);
  }

  async identity(): Promise<string> {
    return patiently(async () => realPath(this.#root, PATH_CALLS));
  }

  async read(paths: readonly string[]): Promise<files.ReadResult[]> {
    const results = new Array<files.ReadResult>(paths.length);
    const take: TakeFile = (file, i) => {
      results[i] = file;
    };
    await this.#reader.read(paths, take, files.newRoom);
    return results;
  }

  readEach(paths: readonly string[], take: TakeFile): Promise<void> | undefined {
    return this.#reader.read(paths, take);
  }

  create(created: readonly NewFile[]): Promise<void> {
    return this.#writer.create(created);
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return patiently(() =>
      length <= SHORT_BYTES
        ? this.#here((folders) => files.readRange(folders, path, offset, length))
        : threads.run(this, "readRange", [this.#root, path, offset, length]),
    );
  }

  write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#writer.write(path, offset, bytes);
  }

  async link(from: string, to: string): Promise<boolean> {
    return this.#here((folders) => files.link(folders, from, to));
  }

  async sync(paths: readonly string[]): Promise<void> {
    const written = paths.length === 1 ? this.#last.take(String(paths[0])) : undefined;
    if (written !== undefined) return syncOpen(written);
    if (paths.length >= MANY_SYNCS && (await syncTogether(this, this.#root, paths))) return;
    await syncFiles(this.#check(), [...new Set(paths)]);
  }

  async syncFolders(paths: readonly string[]): Promise<void> {
    await syncFolders(this.#check(), [...new Set(paths)]);
    if (paths.includes(".")) await syncHolders([dirname(this.#root)], syncFullFolder);
  }

  async rename(moves: readonly Move[]): Promise<void> {
    await this.#writer.rename(moves).finally(() => {
      if (moves.some(({ from }) => this.#trust.has(from))) this.#trust.forget();
    });
  }

  remove(paths: readonly string[]): Promise<void> {
    return this.#writer.remove(paths);
  }

  async kinds(paths: readonly string[]): Promise<files.Kind[]> {
    const results = await this.#lookHere(paths);
    if (results.length === paths.length) return results;
    await inLanes(slicesOf(paths, results.length), LANES, async ({ from, items }) => {
      const found = await threads.run(this, "kinds", [this.#root, items]);
      found.forEach((kind, i) => {
        results[from + i] = kind;
      });
    });
    return results;
  }

  async list(folder: string): Promise<FolderEntry[] | undefined> {
    return patiently(async () => {
      const listing = await this.#here((folders, deadline) => list(folders, folder, deadline));
      if (listing !== "late") return listing && entriesOf(listing);
      const packed = await threads.run(this, "list", [this.#root, folder]);
      return packed && unpackEntries(packed);
    });
  }

  async names(folder: string): Promise<string[] | undefined> {
    return patiently(() => namesOf(this.#check(), folder));
  }

  async stamp(folder: string): Promise<string | undefined> {
    return this.#here((folders) => stampOf(folders, folder));
  }

  async makeFolder(folder: string): Promise<string[]> {
    const { made, holders } = await withinTurn(() => makeFolder(this.#root, folder));
    if (made.length > 0) this.#trust.forget();
    // What is above the root has no name in the port, so no caller could sync it.
    await syncHolders(holders, syncFullFolder);
    return made;
  }

  async processIdentity(): Promise<string> {
    return processIdentity();
  }

  async announce(file: NewFile): Promise<void> {
    await this.create([file]);
  }

  async lives(identity: string, announced: string): Promise<boolean | undefined> {
    return processLives(identity, () => isLocked(this.#check(), announced), sight);
  }

  async close(): Promise<void> {
    this.#last.close();
    await this.#writer.close();
    await threads.release(this);
  }

  /** Short work on the calling thread, in a turn that has time for it. */
  #here<T>(work: (folders: FolderCheck, deadline: number) => T): Promise<T> {
    return withinTurn((deadline) => work(this.#check(), deadline));
  }

  #check(): FolderCheck {
    return new FolderCheck(this.#root, this.#trust);
  }

  /**
   * The kinds of the first paths: as many as the system answers from memory, turn by turn, since starting a
   * thread takes as long as thousands of lookups.
   */
  async #lookHere(paths: readonly string[]): Promise<files.Kind[]> {
    const results: files.Kind[] = [];
    if (paths.length === 0) return results;
    const look = (deadline: number): files.Kind[] => {
      const start = performance.now();
      const some = files.kinds(this.#check(), paths.slice(results.length), deadline);
      this.#looks.note(some.length, performance.now() - start);
      return some;
    };
    do {
      results.push(...(budget.atOnce(look) ?? (await budget.within(look))));
    } while (results.length < paths.length && this.#looks.isQuick);
    return results;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
