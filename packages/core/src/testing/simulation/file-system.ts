import type {
  EntryKind,
  FileSystem,
  FolderEntry,
  Move,
  NewFile,
  TakeFile,
} from "../../file-system/file-system.ts";
import { errorOf, opened } from "../../system-error.ts";
import type { SimulatedDisk } from "./disk.ts";
import { SimulatedMachine, type SimulatedProcess } from "./machine.ts";
import type { DiskOperation } from "./operation.ts";
import type { Step, StepCall, StepHook, Verdict } from "./step.ts";
import { SystemError } from "./system-error.ts";

/** Whose file system it is, and what decides about its steps. */
export type SimulatedFileSystemOptions = {
  /** By default, a process on a machine of its own. */
  readonly process?: SimulatedProcess;
  /** Without it, every step is done at once. */
  readonly hook?: StepHook;
};

/**
 * The `FileSystem` of one simulated process on a simulated disk. The hook is asked before every step, and may
 * fail it, end the process or cut the power; a call by a process that has ended never returns. `identity()`
 * includes the process: what a program caches in memory for each root is not shared between simulated
 * processes that run in one real process.
 *
 * @example
 * ```ts
 * import { SimulatedDisk, simulatedFileSystem } from "@baba/core/testing";
 *
 * const files = simulatedFileSystem(new SimulatedDisk(), {
 *   hook: (step) => (step.call === "sync" ? { fail: "EIO" } : undefined),
 * });
 * await files.makeFolder(".");
 * await files.create([{ path: "a", bytes: new Uint8Array(10) }]);
 * await files.sync(["a"]).catch((error) => console.log(error.code)); // EIO
 * ```
 */
export function simulatedFileSystem(
  disk: SimulatedDisk,
  options: SimulatedFileSystemOptions = {},
): FileSystem {
  return new SimulatedFileSystem(
    disk,
    options.process ?? new SimulatedMachine().start("process"),
    options.hook,
  );
}

/** The process that a file system belongs to; `undefined` if it is not a simulated one. */
export function processOf(fileSystem: FileSystem): SimulatedProcess | undefined {
  return fileSystem instanceof SimulatedFileSystem ? fileSystem.process : undefined;
}

class SimulatedFileSystem implements FileSystem {
  readonly #disk: SimulatedDisk;
  readonly process: SimulatedProcess;
  readonly #hook: StepHook | undefined;

  constructor(disk: SimulatedDisk, process: SimulatedProcess, hook: StepHook | undefined) {
    this.#disk = disk;
    this.process = process;
    this.#hook = hook;
  }

  async identity(): Promise<string> {
    await this.#step("identity", ".");
    return `${this.#disk.identity} of ${this.process.identity}`;
  }

  async read(paths: readonly string[]): Promise<(Uint8Array | Error | undefined)[]> {
    const results: (Uint8Array | Error | undefined)[] = [];
    for (const path of paths) {
      try {
        if (this.#mustAsk) await this.#step("read", path);
        results.push(this.#disk.findFile(path, "read")?.visible.bytes.slice());
      } catch (error) {
        results.push(errorOf(error));
      }
    }
    return results;
  }

  async readEach(paths: readonly string[], take: TakeFile): Promise<void> {
    for (const [i, file] of (await this.read(paths)).entries()) take(file, i);
  }

  async create(files: readonly NewFile[]): Promise<void> {
    // The caller may change its bytes while a step waits.
    for (const { path, own } of files.map(({ path, bytes }) => ({ path, own: bytes.slice() }))) {
      if (this.#mustAsk) await this.#step("create", path);
      this.#disk.apply({ call: "create", path });
      if (own.length > 0) await this.#writeOwn(path, 0, own);
    }
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    if (this.#mustAsk) await this.#step("readRange", path);
    return this.#disk.findFile(path, "readRange")?.visible.bytes.slice(offset, offset + length);
  }

  async write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    await this.#writeOwn(path, offset, bytes.slice());
  }

  async link(from: string, to: string): Promise<boolean> {
    if (this.#mustAsk) await this.#step("link", from, { to });
    const isThere = this.#disk.findFile(from, "link") !== undefined;
    if (isThere && this.#disk.entry(to, "link") !== undefined) return false;
    this.#disk.apply({ call: "link", path: from, to });
    return true;
  }

  async sync(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#sync("sync", path);
  }

  async syncFolders(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#sync("syncFolder", path);
  }

  async rename(moves: readonly Move[]): Promise<void> {
    for (const { from, to } of moves) {
      if (this.#mustAsk) await this.#step("rename", from, { to });
      this.#disk.apply({ call: "rename", path: from, to });
    }
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#mustAsk) await this.#step("remove", path);
      if (this.#disk.findFile(path, "remove") !== undefined) this.#disk.apply({ call: "remove", path });
    }
  }

  async kinds(paths: readonly string[]): Promise<(EntryKind | undefined)[]> {
    const kinds: (EntryKind | undefined)[] = [];
    for (const path of paths) {
      if (this.#mustAsk) await this.#step("kinds", path);
      kinds.push(this.#kindOf(path));
    }
    return kinds;
  }

  async list(folder: string): Promise<FolderEntry[] | undefined> {
    if (this.#mustAsk) await this.#step("list", folder);
    const found = this.#disk.findFolder(folder, "list");
    return found && [...found.visible].map(([name, { kind }]) => ({ name, kind }));
  }

  async names(folder: string): Promise<string[] | undefined> {
    if (this.#mustAsk) await this.#step("names", folder);
    const found = this.#disk.findFolder(folder, "names");
    return found && [...found.visible.keys()];
  }

  async stamp(folder: string): Promise<string | undefined> {
    if (this.#mustAsk) await this.#step("stamp", folder);
    return orAbsent(() => this.#disk.folder(folder, "stamp").stamp, ["ENOENT", "ENOTDIR"]);
  }

  async makeFolder(folder: string): Promise<string[]> {
    const made: string[] = [];
    const names = folder === "." ? [] : folder.split("/");
    const paths = [".", ...names.map((_, i) => names.slice(0, i + 1).join("/"))];
    for (const path of paths) {
      if (this.#mustAsk) await this.#step("makeFolder", path);
      const kind = this.#disk.entry(path, "makeFolder")?.kind;
      if (kind === "file") throw new SystemError("ENOTDIR", "makeFolder", path);
      if (kind === "folder") continue;
      this.#disk.apply({ call: "makeFolder", path });
      made.push(path);
    }
    return made;
  }

  async processIdentity(): Promise<string> {
    await this.#step("processIdentity", ".");
    return this.process.identity;
  }

  async announce(file: NewFile): Promise<void> {
    await this.create([file]);
  }

  async lives(identity: string): Promise<boolean | undefined> {
    await this.#step("lives", identity);
    return this.process.machine.lives(identity);
  }

  async close(): Promise<void> {
    await this.#step("close", ".");
  }

  async #writeOwn(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const whole: DiskOperation = { call: "write", path, offset, bytes };
    if (this.#mustAsk) await this.#step("write", path, { size: bytes.length }, whole);
    opened(() => this.#disk.apply(whole));
  }

  async #sync(call: "sync" | "syncFolder", path: string): Promise<void> {
    if (this.#mustAsk) await this.#step(call, path);
    orAbsent(() => this.#disk.apply({ call, path, failed: false }));
  }

  #kindOf(path: string): EntryKind | undefined {
    try {
      return this.#disk.entry(path)?.kind;
    } catch (error) {
      if (error instanceof SystemError && error.code === "ENOTDIR") return "other";
      throw error;
    }
  }

  /** Nothing is awaited if nobody has to be asked: that keeps a million recoveries cheap. */
  get #mustAsk(): boolean {
    return this.#hook !== undefined || !this.process.alive;
  }

  async #step(call: StepCall, path: string, more: Partial<Step> = {}, write?: DiskOperation): Promise<void> {
    if (!this.process.alive) await never();
    const verdict = await this.#hook?.({ process: this.process.name, call, path, ...more });
    if (!this.process.alive) await never();
    if (verdict === undefined) return;
    if (write?.call === "write" && verdict.bytes !== undefined) {
      this.#disk.apply({ ...write, bytes: write.bytes.subarray(0, verdict.bytes) });
    }
    if ("fail" in verdict) this.#fail(verdict, call, path);
    await this.#end(verdict);
  }

  #fail({ fail, bytes }: Extract<Verdict, { fail: string }>, call: StepCall, path: string): never {
    const isOfDisk = fail === "EIO" || fail === "ENOSPC";
    if (isOfDisk && (call === "sync" || call === "syncFolder")) {
      orAbsent(() => this.#disk.apply({ call, path, failed: true }));
    }
    const error = new SystemError(fail, call, path);
    if (isOfDisk || call !== "write" || bytes !== undefined) throw error;
    return opened((): never => {
      throw error;
    });
  }

  async #end(verdict: Extract<Verdict, { end: string }>): Promise<void> {
    if (verdict.end === "process") this.process.kill();
    else {
      this.#disk.freeze();
      this.process.machine.powerCut();
    }
    await never();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}

function orAbsent<T>(look: () => T, codes: readonly string[] = ["ENOENT"]): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof SystemError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
