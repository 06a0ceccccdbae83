import type { EntryKind, FileSystem, FolderEntry, Move, NewFile, TakeFile } from "@baba/core";

/** Counts of file system operations. */
export type Counts = {
  /** Files and folders synced. */
  readonly syncs: number;
  /** Bytes written to files. */
  readonly bytes: number;
  /** Calls of the port, however much each asked for. */
  readonly calls: number;
};

type Awaited = {
  readonly count: number;
  readonly resolve: () => void;
  readonly stalled: NodeJS.Timeout;
};

/** How long to wait for the next file to be in place, in milliseconds. */
const PATIENCE = 15_000;

/** Forwards every call and counts operations. */
export class CountingFileSystem implements FileSystem {
  readonly #files: FileSystem;
  #syncs = 0;
  #bytes = 0;
  #calls = 0;
  #placed = 0;
  #awaited: Awaited | undefined;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  get counts(): Counts {
    return { syncs: this.#syncs, bytes: this.#bytes, calls: this.#calls };
  }

  /**
   * Resolves when this many record files were renamed into place or removed; rejects if none was for a while,
   * as on a full disk, where the engine would retry forever.
   */
  placed(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stalled = setTimeout(() => {
        this.#awaited = undefined;
        reject(
          new Error(
            `Of ${count} record files ${this.#placed} are in place, and no more came for ${PATIENCE / 1000} s.`,
          ),
        );
      }, PATIENCE);
      this.#awaited = { count, resolve, stalled };
      this.#tell();
    });
  }

  identity(): Promise<string> {
    return this.#passed(this.#files.identity());
  }

  read(paths: readonly string[]): Promise<(Uint8Array | Error | undefined)[]> {
    return this.#passed(this.#files.read(paths));
  }

  readEach(paths: readonly string[], take: TakeFile): Promise<void> | undefined {
    return this.#passed(this.#files.readEach(paths, take));
  }

  create(files: readonly NewFile[]): Promise<void> {
    for (const { bytes } of files) this.#bytes += bytes.length;
    return this.#passed(this.#files.create(files));
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#passed(this.#files.readRange(path, offset, length));
  }

  write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    return this.#passed(this.#files.write(path, offset, bytes));
  }

  link(from: string, to: string): Promise<boolean> {
    return this.#passed(this.#files.link(from, to));
  }

  sync(paths: readonly string[]): Promise<void> {
    this.#syncs += paths.length;
    return this.#passed(this.#files.sync(paths));
  }

  syncFolders(paths: readonly string[]): Promise<void> {
    this.#syncs += paths.length;
    return this.#passed(this.#files.syncFolders(paths));
  }

  async rename(moves: readonly Move[]): Promise<void> {
    await this.#passed(this.#files.rename(moves));
    this.#placed += moves.filter(({ to }) => to.endsWith(".baba")).length;
    this.#tell();
  }

  async remove(paths: readonly string[]): Promise<void> {
    await this.#passed(this.#files.remove(paths));
    this.#placed += paths.filter((path) => path.endsWith(".baba")).length;
    this.#tell();
  }

  kinds(paths: readonly string[]): Promise<(EntryKind | undefined)[]> {
    return this.#passed(this.#files.kinds(paths));
  }

  list(folder: string): Promise<FolderEntry[] | undefined> {
    return this.#passed(this.#files.list(folder));
  }

  names(folder: string): Promise<string[] | undefined> {
    return this.#passed(this.#files.names(folder));
  }

  stamp(folder: string): Promise<string | undefined> {
    return this.#passed(this.#files.stamp(folder));
  }

  makeFolder(folder: string): Promise<string[]> {
    return this.#passed(this.#files.makeFolder(folder));
  }

  processIdentity(): Promise<string> {
    return this.#passed(this.#files.processIdentity());
  }

  announce(file: NewFile): Promise<void> {
    this.#bytes += file.bytes.length;
    return this.#passed(this.#files.announce(file));
  }

  lives(identity: string, announced: string): Promise<boolean | undefined> {
    return this.#passed(this.#files.lives(identity, announced));
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #passed<T>(result: T): T {
    this.#calls++;
    return result;
  }

  #tell(): void {
    if (this.#awaited === undefined) return;
    const { count, resolve, stalled } = this.#awaited;
    stalled.refresh();
    if (this.#placed < count) return;
    clearTimeout(stalled);
    this.#awaited = undefined;
    resolve();
  }
}
