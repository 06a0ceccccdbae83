import type { Compression } from "../crypto/compression.ts";
import type { Crypto } from "../crypto/crypto.ts";
import type { FileSystem } from "../file-system/file-system.ts";

/**
 * What a runtime's package supplies, in one place: files, cryptography, compression, the terminal, log files and time.
 * Everything that is not a pure function comes through here, so that every failure can be simulated from a
 * seed.
 */
export interface Runtime {
  /**
   * The absolute form of a path, by the current working directory; later changes of that do not affect it.
   *
   * @throws if the path is relative and the working directory no longer exists
   */
  absolute(path: string): string;

  /**
   * An adapter for the files below a directory; does no I/O yet. `warn` is told of what works, but not as
   * well as it could.
   */
  fileSystem(directory: string, warn?: (message: string) => void): FileSystem;

  /** Synchronous, and native if the runtime has it. */
  readonly crypto: Crypto;

  /** For sealed records that are large. */
  readonly compression: Compression;

  /** Writes one line to standard error. If that no longer accepts anything, throws at once or not at all. */
  terminal(line: string): void;

  /**
   * A new log file in `./baba_logs/`, by the current working directory, named by the time. Does no I/O yet,
   * and does not fail: the first line creates the folder and the file, and a later one creates them again if
   * they were removed.
   */
  logFile(): (line: string) => void;

  /** Milliseconds since the epoch. */
  now(): number;

  /** Milliseconds from an arbitrary start, monotonic, with a fraction. */
  elapsed(): number;

  /** Resolves after other work of the event loop (timers, input) has run. */
  turn(): Promise<void>;

  /** Resolves after that time; must keep the process alive until then. */
  sleep(milliseconds: number): Promise<void>;

  /** Resolves after that time, if the process lasts that long; must not keep it alive. */
  idle(milliseconds: number): Promise<void>;
}
