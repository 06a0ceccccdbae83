/** The codes that the simulation injects. */
export type FaultCode = "EIO" | "ENOSPC" | "EMFILE" | "EPERM" | "EBUSY" | "EACCES";

/** An error as an operating system gives it: the POSIX `code` is a property. */
export class SystemError extends Error {
  override readonly name: string = "SystemError";
  readonly code: string;

  constructor(code: string, call: string, path: string) {
    super(`${code}: ${call} "${path}"`);
    this.code = code;
  }
}
