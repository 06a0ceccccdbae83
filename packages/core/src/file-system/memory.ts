import { errorOf, systemCode } from "../system-error.ts";
import type { EntryKind, FileSystem, FolderEntry, Move, NewFile, TakeFile } from "./file-system.ts";
import { Folder, type MemoryFile, MemoryVolume, volumeError } from "./memory-volume.ts";

/** Shared by all in-memory adapters: only one process can see a volume. */
const IDENTITY = "in-memory";

/**
 * Files in memory: for tests, and for a store that is discarded with the process. Nothing is durable, and
 * there are no symbolic links or access rights. Adapters of one `volume` see the same files.
 *
 * @example
 * ```ts
 * import { memoryFileSystem } from "@baba/core";
 *
 * const files = memoryFileSystem();
 * await files.makeFolder(".");
 * await files.create([{ path: "1.baba", bytes: new TextEncoder().encode("text") }]);
 * console.log(await files.read(["1.baba", "2.baba"])); // [ Uint8Array(4) [ 116, 101, 120, 116 ], undefined ]
 * ```
 */
export function memoryFileSystem(volume: MemoryVolume = new MemoryVolume()): FileSystem {
  return new MemoryFileSystem(volume);
}

class MemoryFileSystem implements FileSystem {
  readonly #volume: MemoryVolume;

  constructor(volume: MemoryVolume) {
    this.#volume = volume;
  }

  async identity(): Promise<string> {
    return this.#volume.identity;
  }

  async read(paths: readonly string[]): Promise<(Uint8Array | Error | undefined)[]> {
    return paths.map((path) => {
      try {
        return this.#existing(path)?.bytes.slice();
      } catch (error) {
        return errorOf(error);
      }
    });
  }

  async readEach(paths: readonly string[], take: TakeFile): Promise<void> {
    for (const [i, file] of (await this.read(paths)).entries()) take(file, i);
  }

  async create(files: readonly NewFile[]): Promise<void> {
    for (const { path, bytes } of files) {
      const { folder, name } = this.#volume.holder(path);
      if (folder.has(name)) throw volumeError("EEXIST", path);
      folder.set(name, { bytes: new Uint8Array(bytes) });
    }
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#existing(path)?.bytes.slice(offset, offset + length);
  }

  async write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const file = this.#volume.file(path);
    const end = offset + bytes.length;
    if (bytes.length > 0 && end > file.bytes.length) {
      const longer = new Uint8Array(end);
      longer.set(file.bytes);
      file.bytes = longer;
    }
    file.bytes.set(bytes, bytes.length > 0 ? offset : 0);
  }

  async link(from: string, to: string): Promise<boolean> {
    const file = this.#volume.file(from);
    const { folder, name } = this.#volume.holder(to);
    if (folder.has(name)) return false;
    folder.set(name, file);
    return true;
  }

  async sync(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#existing(path);
  }

  async syncFolders(paths: readonly string[]): Promise<void> {
    for (const path of paths) orAbsent(() => this.#volume.folder(path));
  }

  async rename(moves: readonly Move[]): Promise<void> {
    for (const { from, to } of moves) {
      const file = this.#volume.file(from);
      const source = this.#volume.holder(from);
      const target = this.#volume.holder(to);
      const replaced = target.folder.get(target.name);
      if (replaced instanceof Folder) throw volumeError("EISDIR", to);
      // POSIX: if both names are of one file, a rename does nothing and both stay.
      if (replaced === file) continue;
      source.folder.delete(source.name);
      target.folder.set(target.name, file);
    }
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#existing(path) === undefined) continue;
      const { folder, name } = this.#volume.holder(path);
      folder.delete(name);
    }
  }

  async kinds(paths: readonly string[]): Promise<(EntryKind | undefined)[]> {
    return paths.map((path) => this.#kindOf(path));
  }

  async list(folder: string): Promise<FolderEntry[] | undefined> {
    const found = orAbsent(() => this.#volume.folder(folder));
    if (found === undefined) return undefined;
    return [...found].map(([name, entry]) => ({ name, kind: entry instanceof Folder ? "folder" : "file" }));
  }

  async names(folder: string): Promise<string[] | undefined> {
    const found = orAbsent(() => this.#volume.folder(folder));
    return found && [...found.keys()];
  }

  async stamp(folder: string): Promise<string | undefined> {
    return this.#kindOf(folder) === "folder" ? this.#volume.folder(folder).stamp : undefined;
  }

  async makeFolder(folder: string): Promise<string[]> {
    return this.#volume.makeFolder(folder);
  }

  async processIdentity(): Promise<string> {
    return IDENTITY;
  }

  async announce(file: NewFile): Promise<void> {
    await this.create([file]);
  }

  /** Only this process sees a volume, and it lives. */
  async lives(identity: string): Promise<boolean | undefined> {
    return identity === IDENTITY ? true : undefined;
  }

  async close(): Promise<void> {}

  #kindOf(path: string): EntryKind | undefined {
    try {
      const entry = this.#volume.entry(path);
      if (entry === undefined) return undefined;
      return entry instanceof Folder ? "folder" : "file";
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      if (systemCode(error) === "ENOTDIR") return "other";
      throw error;
    }
  }

  #existing(path: string): MemoryFile | undefined {
    return orAbsent(() => this.#volume.file(path));
  }
}

function orAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
