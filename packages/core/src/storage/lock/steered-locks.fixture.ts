import type { FileSystem } from "../../file-system/file-system.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { BREAKS_FOLDER, OWNERS_FOLDER } from "../layout.ts";
import { WriteLock } from "./write-lock.ts";

/** The locks of several processes on one folder in memory, for tests that decide who lives and what fails. */
export class SteeredLocks {
  readonly files: FileSystem;
  readonly dead: Set<string> = new Set();
  readonly unknown: Set<string> = new Set();
  /** Lets a test intervene between two calls of the lock. */
  before: (call: string) => Promise<void> = async () => {};

  private constructor() {
    this.files = new Proxy(memoryFileSystem(new MemoryVolume()), {
      get:
        (target, call: keyof FileSystem) =>
        async (...input: never[]) => {
          await this.before(call);
          if (call === "lives") return this.#lives(String(input[0]));
          return Reflect.apply(target[call], target, input);
        },
    });
  }

  /** In a store's folder, without an owner. */
  static async make(): Promise<SteeredLocks> {
    const locks = new SteeredLocks();
    for (const folder of [OWNERS_FOLDER, BREAKS_FOLDER]) await locks.files.makeFolder(folder);
    return locks;
  }

  lockOf(token: string): WriteLock {
    return new WriteLock(this.files, memoryRuntime(), { token, identity: `process ${token}` });
  }

  /** Does `work` once, before the second such call: the first one checks who is waiting. */
  once(call: string, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      let calls = 0;
      this.before = async (next) => {
        if (next !== call || ++calls !== 2) return;
        await work();
        resolve();
      };
    });
  }

  /** From now on, every such call fails. */
  failing(failed: string, message: string): void {
    this.before = async (call) => {
      if (call === failed) throw new Error(message);
    };
  }

  die(...tokens: string[]): void {
    for (const token of tokens) this.dead.add(`process ${token}`);
  }

  #lives(identity: string): boolean | undefined {
    return this.unknown.has(identity) ? undefined : !this.dead.has(identity);
  }
}
