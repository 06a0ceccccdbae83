import type { Compression } from "../crypto/compression.ts";
import type { Crypto } from "../crypto/crypto.ts";
import type { FileSystem } from "../file-system/file-system.ts";

/**
 * What a runtime's package supplies, at one place: files, cryptography, the terminal, time and chance. Everything
 * that is not a pure function comes through here, so that every failure can be simulated from a seed.
 */
export interface Runtime {
  /**
   * A path as seen from the working directory of this moment, in a form that a later change of it does not move.
   *
   * @throws where there is no working directory any more, from which the path would be seen
   */
  absolute(path: string): string;

  /** An adapter for the files below a directory; does no I/O yet. `warn` is told what works, but worse than it could. */
  fileSystem(directory: string, warn?: (message: string) => void): FileSystem;

  /** Native where the runtime has it, and synchronous. */
  readonly crypto: Crypto;

  /** For large records that are sealed. */
  readonly compression: Compression;

  /** Writes one line to the terminal's standard error; throws at once, or not at all, where that takes nothing any more. */
  terminal(line: string): void;

  /**
   * A new log file in `./baba_logs/`, as seen from the working directory of this moment, named by the time. Does no I/O yet, and does
   * not fail: the folder and the file are made with the first line, and again where they were removed.
   */
  logFile(): (line: string) => void;

  /** Milliseconds since the epoch. */
  now(): number;

  /** Milliseconds from an arbitrary start, never going back, with a fraction. */
  elapsed(): number;

  /** Fills the array from a cryptographically secure source and returns it. */
  random(bytes: Uint8Array): Uint8Array;

  /** Resolves after other work of the event loop (timers, input) had its turn. */
  turn(): Promise<void>;

  /** Resolves after the time; must keep the process alive meanwhile. */
  sleep(milliseconds: number): Promise<void>;
}
