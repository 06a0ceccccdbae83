/** The codes that the simulation injects. */
export type FaultCode = "EIO" | "ENOSPC" | "EMFILE" | "EPERM" | "EBUSY" | "EACCES";

/**
 * An error like an operating system's: the POSIX `code` is a property.
 *
 * @example
 * ```ts
 * import { SystemError } from "@baba/core/testing";
 * console.log(new SystemError("ENOSPC", "write", "1.baba").message); // ENOSPC: write "1.baba"
 * ```
 */
export class SystemError extends Error {
  /** The class's name, as the console shows it. */
  override readonly name: string = "SystemError";
  /** The POSIX code. */
  readonly code: string;

  /** An error with this code, for a call and its path. */
  constructor(code: string, call: string, path: string) {
    super(`${code}: ${call} "${path}"`);
    this.code = code;
  }
}
