/**
 * The code of an operating system's error (`ENOENT`, `ENOSPC`, ...), if the value has one.
 *
 * @example
 * ```ts
 * import { systemCode, systemError } from "@baba/core/adapter";
 * console.log(systemCode(systemError("ENOENT", "does not exist", "/data"))); // ENOENT
 * console.log(systemCode("ENOENT")); // undefined
 * ```
 */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * An error with the code that an operating system would give.
 *
 * @example
 * ```ts
 * import { systemError } from "@baba/core/adapter";
 * console.log(systemError("EISDIR", "is a folder", "/data").message); // EISDIR: is a folder, '/data'
 * ```
 */
export function systemError(code: string, meaning: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${meaning}, '${path}'`), { code, path });
}

/**
 * The error for a symbolic link where links are not followed: `ELOOP`.
 *
 * @example
 * ```ts
 * import { linkError, systemCode } from "@baba/core/adapter";
 * console.log(systemCode(linkError("/data/link"))); // ELOOP
 * ```
 */
export function linkError(path: string): Error {
  return systemError("ELOOP", "is a symbolic link, which is not followed", path);
}

/**
 * Whatever was thrown, as an `Error` of this realm. In a VM context, where Jest and Vitest's `vmThreads` run
 * tests, errors of `node:fs` are of another realm.
 *
 * @example
 * ```ts
 * import { errorOf } from "@baba/core/adapter";
 * console.log(errorOf("a text").message); // a text
 * ```
 */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown !== "object" || thrown === null || !("message" in thrown))
    return new Error(String(thrown));
  return Object.assign(new Error(String(thrown.message), { cause: thrown }), thrown);
}

/**
 * Whether too many files are open right now: the operation did not complete, and files will be closed.
 *
 * @example
 * ```ts
 * import { isCrowded, systemError } from "@baba/core/adapter";
 * console.log(isCrowded(systemError("EMFILE", "too many open files", "/data"))); // true
 * ```
 */
export function isCrowded(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EMFILE" || code === "ENFILE";
}

/**
 * Opens a file to write to it. What it throws is marked, so that {@link isUnopened} knows it.
 *
 * @example
 * ```ts
 * import { isUnopened, opened, systemError } from "@baba/core/adapter";
 * const open = (): number => {
 *   throw systemError("EACCES", "permission denied", "/data");
 * };
 * try {
 *   opened(open);
 * } catch (error) {
 *   console.log(isUnopened(error)); // true
 * }
 * ```
 */
export function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw Object.assign(errorOf(error), { unopened: true });
  }
}

/**
 * Whether a file could not be opened to write to it, so that nothing was written.
 *
 * @example
 * ```ts
 * import { isUnopened, systemError } from "@baba/core/adapter";
 * // It may come from a write.
 * console.log(isUnopened(systemError("EACCES", "permission denied", "/data"))); // false
 * ```
 */
export function isUnopened(error: unknown): boolean {
  return typeof error === "object" && error !== null && "unopened" in error && error.unopened === true;
}
