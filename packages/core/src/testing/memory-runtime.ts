import { webCompression } from "../crypto/compression.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** A runtime whose files are in memory, and what was logged through it. */
export type MemoryRuntime = Runtime & {
  /** The volume of each directory that was opened. */
  readonly volumes: ReadonlyMap<string, MemoryVolume>;
  /** The lines written to the terminal. */
  readonly terminalLines: readonly string[];
  /** The lines of each log file. */
  readonly logFiles: readonly (readonly string[])[];
};

/**
 * A runtime without files, for tests of code that uses a database: everything is kept in memory and vanishes
 * with it.
 *
 * @example
 * ```ts
 * import { assemble, Database } from "@baba/core";
 * import { memoryRuntime } from "@baba/core/testing";
 * import * as v from "valibot";
 *
 * const Hero = v.object({ id: v.number(), name: v.string() });
 * const db = new Database(Hero, { logging: false }, assemble(memoryRuntime()));
 * await db.asyncSession((session) => session.add({ id: 1, name: "Alice" }));
 * await db.close();
 * ```
 */
export function memoryRuntime(): MemoryRuntime {
  const volumes = new Map<string, MemoryVolume>();
  const terminalLines: string[] = [];
  const logFiles: string[][] = [];
  return {
    volumes,
    terminalLines,
    logFiles,
    absolute: (path) => path,
    fileSystem: (directory) => {
      const volume = volumes.get(directory) ?? new MemoryVolume();
      volumes.set(directory, volume);
      return memoryFileSystem(volume);
    },
    crypto: nobleCrypto,
    compression: webCompression,
    terminal: (line) => void terminalLines.push(line),
    logFile: () => {
      const lines: string[] = [];
      return (line) => {
        // Created with its first line.
        if (lines.push(line) === 1) logFiles.push(lines);
      };
    },
    now: () => Date.now(),
    elapsed: () => performance.now(),
    turn: () => new Promise((resolve) => setTimeout(resolve, 0)),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    idle: (milliseconds) => new Promise((resolve) => letGo(setTimeout(resolve, milliseconds))),
  };
}

/** Timer objects, on runtimes that have them, can be told not to keep the process alive. */
function letGo(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function")
    timer.unref();
}
