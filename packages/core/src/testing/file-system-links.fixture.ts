import type { EntryKind, FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import type { MemoryVolume } from "../file-system/memory-volume.ts";

/** How an adapter fails to open what is no file: a link, or a pipe. */
type Refusal = "ELOOP" | "ENOTSUP";

/** A volume that also has symbolic links, which lead nowhere, and pipes: files that are refused. */
export class LinkedVolume {
  readonly #sound: FileSystem;
  readonly #refusals = new Map<string, Refusal>();

  constructor(volume: MemoryVolume) {
    this.#sound = memoryFileSystem(volume);
  }

  /** Puts a link or a pipe at a path. */
  async put(path: string, refusal: Refusal): Promise<void> {
    await this.#sound.create([{ path, bytes: new Uint8Array() }]);
    this.#refusals.set(path, refusal);
  }

  /** An adapter that knows of them. */
  fileSystem(): FileSystem {
    const own = this.#methods();
    return new Proxy(this.#sound, {
      get: (target, key: keyof FileSystem) => own[key] ?? target[key].bind(target),
    });
  }

  #methods(): Partial<FileSystem> {
    const sound = this.#sound;
    return {
      write: async (path, offset, bytes) => this.#open([path], () => sound.write(path, offset, bytes)),
      sync: async (paths) => this.#open(paths, () => sound.sync(paths)),
      syncFolders: async (paths) => this.#open(paths, () => sound.syncFolders(paths)),
      create: async (files) =>
        this.#reach(
          files.map(({ path }) => path),
          () => sound.create(files),
        ),
      link: async (from, to) => this.#reach([from, to], () => sound.link(from, to)),
      remove: async (paths) => this.#change(paths, paths, () => sound.remove(paths)),
      rename: async (moves) => {
        const targets = moves.map(({ to }) => to);
        return this.#change([...targets, ...moves.map(({ from }) => from)], targets, () =>
          sound.rename(moves),
        );
      },
      kinds: async (paths) => {
        const kinds = await sound.kinds(paths);
        return kinds.map((kind, i): EntryKind | undefined =>
          this.#refusals.has(paths[i] ?? "") ? "other" : kind,
        );
      },
    };
  }

  /** For what opens the files. */
  #open<T>(paths: readonly string[], work: () => T): T {
    return this.#reach(paths, () => {
      for (const path of paths) this.#mustNotBe(path);
      return work();
    });
  }

  /** For what changes the entries: `gone` are others afterwards. */
  async #change(paths: readonly string[], gone: readonly string[], work: () => Promise<void>): Promise<void> {
    await this.#reach(paths, work);
    for (const path of gone) this.#refusals.delete(path);
  }

  #reach<T>(paths: readonly string[], work: () => T): T {
    for (const path of paths)
      for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1))
        this.#mustNotBe(path.slice(0, end));
    return work();
  }

  #mustNotBe(path: string): void {
    const code = this.#refusals.get(path);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${path}`), { code });
  }
}
