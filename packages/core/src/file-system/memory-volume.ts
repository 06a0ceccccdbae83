import { systemError } from "../system-error.ts";

/** A file of a volume; several names may lead to one. */
export type MemoryFile = { bytes: Uint8Array };

let folders = 0;

/** A folder of a volume: its entries by name. */
export class Folder extends Map<string, MemoryFile | Folder> {
  readonly #number = ++folders;
  #changes = 0;

  /** Differs between any two states of the entries, across all folders. */
  get stamp(): string {
    return `${this.#number}:${this.#changes}`;
  }

  override set(name: string, entry: MemoryFile | Folder): this {
    this.#changes++;
    return super.set(name, entry);
  }

  override delete(name: string): boolean {
    this.#changes++;
    return super.delete(name);
  }
}

let volumes = 0;

const MEANINGS = {
  ENOENT: "does not exist",
  EEXIST: "exists already",
  ENOTDIR: "is not a folder, or below a file",
  EISDIR: "is a folder",
} as const;

/**
 * A tree of files in memory, for any number of adapters: `memoryFileSystem(volume)`. It starts out empty,
 * without even its root, like a directory that nobody has made yet.
 *
 * @example
 * ```ts
 * import { memoryFileSystem } from "@baba/core";
 * import { MemoryVolume } from "@baba/core/testing";
 * const volume = new MemoryVolume();
 * await memoryFileSystem(volume).makeFolder("heroes");
 * console.log(await memoryFileSystem(volume).names(".")); // [ "heroes" ]
 * ```
 */
export class MemoryVolume {
  /** Distinguishes this volume from every other in the process. */
  readonly identity: string;
  #root: Folder | undefined;

  /** A new volume, distinct from every other in the process. */
  constructor() {
    volumes += 1;
    this.identity = `memory:${volumes}`;
  }

  /**
   * The folder of a path.
   *
   * @throws `ENOENT`, and `ENOTDIR` if it or one on the way is a file
   */
  folder(path: string): Folder {
    let folder = this.#root;
    if (folder === undefined) throw volumeError("ENOENT", path);
    for (const name of segmentsOf(path)) {
      const entry: MemoryFile | Folder | undefined = folder.get(name);
      if (entry === undefined) throw volumeError("ENOENT", path);
      if (!(entry instanceof Folder)) throw volumeError("ENOTDIR", path);
      folder = entry;
    }
    return folder;
  }

  /** The folder that holds a path's last segment, and that segment. Throws like `folder`. */
  holder(path: string): { folder: Folder; name: string } {
    const cut = path.lastIndexOf("/");
    return { folder: this.folder(cut < 0 ? "." : path.slice(0, cut)), name: path.slice(cut + 1) };
  }

  /** What is at a path, if anything. Throws like `folder`, for the folders on the way. */
  entry(path: string): MemoryFile | Folder | undefined {
    if (path === ".") return this.#root;
    const { folder, name } = this.holder(path);
    return folder.get(name);
  }

  /**
   * The file of a path.
   *
   * @throws `ENOENT`, `ENOTDIR` if one on the way is a file, and `EISDIR` if it is a folder
   */
  file(path: string): MemoryFile {
    const entry = this.entry(path);
    if (entry === undefined) throw volumeError("ENOENT", path);
    if (entry instanceof Folder) throw volumeError("EISDIR", path);
    return entry;
  }

  /**
   * Makes a folder and its parents; returns those that it made, outermost first.
   *
   * @throws `ENOTDIR` if a file is in the way
   */
  makeFolder(path: string): string[] {
    const made: string[] = [];
    if (this.#root === undefined) {
      this.#root = new Folder();
      made.push(".");
    }
    let folder = this.#root;
    const segments = segmentsOf(path);
    segments.forEach((name, depth) => {
      let entry = folder.get(name);
      if (entry === undefined) {
        entry = new Folder();
        folder.set(name, entry);
        made.push(segments.slice(0, depth + 1).join("/"));
      }
      if (!(entry instanceof Folder)) throw volumeError("ENOTDIR", path);
      folder = entry;
    });
    return made;
  }
}

/** The error that an operating system would give. */
export function volumeError(code: keyof typeof MEANINGS, path: string): Error {
  return systemError(code, MEANINGS[code], path);
}

function segmentsOf(path: string): string[] {
  return path === "." ? [] : path.split("/");
}
