import { dirname, resolve } from "node:path";
import type { EntryKind, FileSystem, FolderEntry, Move, NewFile, TakeFile } from "@baba/core";
import { mustNotBeTooLong, processLives, syncHolders, Trust } from "@baba/core/adapter";
import { inTurn, inTurns } from "./batch.ts";
import { orNotCapable } from "./errors.ts";
import * as files from "./files.ts";
import { stampOf } from "./folder-stamp.ts";
import { FolderCheck, list } from "./folders.ts";
import { createLocked, isLocked } from "./kernel-lock.ts";
import { makeFolder } from "./make-folder.ts";
import { sight } from "./proc.ts";
import { processIdentity } from "./process-identity.ts";
import { syncFiles, syncFolders, syncFullFolder } from "./sync.ts";
import { mayRead, trueName } from "./true-name.ts";

/**
 * The files below a directory (relative to the current working directory), by Deno's own calls: synchronously
 * as far as each turn of the event loop has time for it, which is faster than Deno's asynchronous calls; long
 * reads, long writes and syncs off the event loop.
 *
 * Needs only `--allow-read` and `--allow-write` of the directory.
 *
 * @throws `BABA_PERMISSION` from every method, naming the flags, if Deno does not let it
 * @example
 * ```ts
 * import { denoFileSystem } from "@baba/deno";
 *
 * const files = denoFileSystem(Deno.makeTempDirSync());
 * await files.makeFolder("heroes");
 * console.log(await files.list(".")); // [ { name: "heroes", kind: "folder" } ]
 * await files.close();
 * ```
 */
export function denoFileSystem(directory: string): FileSystem {
  return new DenoFileSystem(resolve(directory));
}

class DenoFileSystem implements FileSystem {
  readonly #root: string;
  readonly #trust = new Trust();
  /** The files that this adapter has announced, by path: kept open, they keep their locks. */
  readonly #announced = new Map<string, Deno.FsFile>();

  constructor(root: string) {
    this.#root = root;
  }

  async identity(): Promise<string> {
    return trueName(this.#root);
  }

  async read(paths: readonly string[]): Promise<(Uint8Array | Error | undefined)[]> {
    const results: (Uint8Array | Error | undefined)[] = [];
    await this.readEach(paths, (file, i) => {
      results[i] = file;
    });
    return results;
  }

  readEach(paths: readonly string[], take: TakeFile): Promise<void> {
    return this.#permitted(async () => {
      const results: (Uint8Array | Error | undefined)[] = [];
      const long: number[] = [];
      await inTurns(
        paths,
        (path, i) => {
          const found = files.read(this.#check(), path);
          if (found === "long") long.push(i);
          else results[i] = found;
        },
        (error, i) => {
          results[i] = orNotCapable(error, this.#root);
        },
      );
      // Without those that are long, which leave gaps, and are handed over one by one: all may be too much.
      results.forEach(take);
      for (const i of long) take(await this.#readLong(paths[i] ?? "").catch((error: Error) => error), i);
    });
  }

  create(created: readonly NewFile[]): Promise<void> {
    return this.#permitted(async () => {
      const long: NewFile[] = [];
      await inTurns(created, (file) => {
        const { path, bytes } = file;
        if (bytes.length <= files.SHORT_BYTES) {
          files.create(this.#check(), file);
        } else {
          files.create(this.#check(), { path, bytes: bytes.subarray(0, files.SHORT_BYTES) });
          long.push(file);
        }
      });
      for (const { path, bytes } of long) {
        await this.write(path, files.SHORT_BYTES, bytes.subarray(files.SHORT_BYTES));
      }
    });
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#permitted(async () => {
      if (length > files.SHORT_BYTES) return this.#readLong(path, offset, length);
      return inTurn(() => {
        const opened = files.openAt(this.#check(), path, offset);
        if (opened === undefined) return undefined;
        using file = opened.file;
        return files.fill(file, Math.min(length, opened.left));
      });
    });
  }

  write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#permitted(async () => {
      if (bytes.length <= files.SHORT_BYTES) {
        await inTurn(() => {
          using file = files.openToWrite(this.#check(), path, offset);
          files.drain(file, bytes);
        });
      } else {
        using file = await inTurn(() => files.openToWrite(this.#check(), path, offset));
        await files.drainLong(file, bytes);
      }
    });
  }

  link(from: string, to: string): Promise<boolean> {
    return this.#permitted(() => inTurn(() => files.link(this.#check(), from, to)));
  }

  sync(paths: readonly string[]): Promise<void> {
    return this.#permitted(() => syncFiles(() => this.#check(), [...new Set(paths)]));
  }

  syncFolders(paths: readonly string[]): Promise<void> {
    return this.#permitted(async () => {
      await syncFolders(() => this.#check(), [...new Set(paths)]);
      if (paths.includes(".")) await syncReadable([dirname(this.#root)]);
    });
  }

  rename(moves: readonly Move[]): Promise<void> {
    return this.#permitted(() => inTurns(moves, (move) => files.rename(this.#check(), move))).finally(() => {
      if (moves.some(({ from }) => this.#trust.has(from))) this.#trust.forget();
    });
  }

  remove(paths: readonly string[]): Promise<void> {
    return this.#permitted(() =>
      inTurns(paths, (path) => {
        files.remove(this.#check(), path);
        this.#announced.get(path)?.close();
        this.#announced.delete(path);
      }),
    );
  }

  kinds(paths: readonly string[]): Promise<(EntryKind | undefined)[]> {
    return this.#permitted(async () => {
      const results: (EntryKind | undefined)[] = [];
      await inTurns(paths, (path) => void results.push(files.kind(this.#check(), path)));
      return results;
    });
  }

  list(folder: string): Promise<FolderEntry[] | undefined> {
    return this.#permitted(() => inTurn(() => list(this.#check(), folder)));
  }

  async names(folder: string): Promise<string[] | undefined> {
    return (await this.list(folder))?.map(({ name }) => name);
  }

  stamp(folder: string): Promise<string | undefined> {
    return inTurn(() => stampOf(this.#check(), folder));
  }

  makeFolder(folder: string): Promise<string[]> {
    return this.#permitted(async () => {
      const { made, holders } = await inTurn(() => makeFolder(this.#root, folder));
      if (made.length > 0) this.#trust.forget();
      // What is above the root has no name in the port, so no caller could sync it.
      await syncReadable(holders);
      return made;
    });
  }

  async processIdentity(): Promise<string> {
    return processIdentity();
  }

  announce(file: NewFile): Promise<void> {
    return this.#permitted(async () => {
      const locked = await inTurn(() => createLocked(this.#check(), file));
      this.#announced.set(file.path, locked);
    });
  }

  lives(identity: string, announced: string): Promise<boolean | undefined> {
    return this.#permitted(() =>
      processLives(identity, () => inTurn(() => isLocked(this.#check(), announced)), sight),
    );
  }

  async close(): Promise<void> {
    for (const file of this.#announced.values()) file.close();
    this.#announced.clear();
  }

  #check(): FolderCheck {
    return new FolderCheck(this.#root, this.#trust);
  }

  async #readLong(
    path: string,
    offset = 0,
    length = Number.POSITIVE_INFINITY,
  ): Promise<Uint8Array | undefined> {
    const opened = await inTurn(() => files.openAt(this.#check(), path, offset));
    if (opened === undefined) return undefined;
    using file = opened.file;
    const size = Math.min(length, opened.left);
    mustNotBeTooLong(size, path);
    return await files.fillLong(file, size);
  }

  async #permitted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw orNotCapable(error, this.#root);
    }
  }
}

/** Deno itself may refuse folders above the root, as the system may. */
async function syncReadable(holders: readonly string[]): Promise<void> {
  await syncHolders(holders.filter(mayRead), async (holder) => {
    try {
      await syncFullFolder(holder);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
    }
  });
}
