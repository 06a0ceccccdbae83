import { systemError } from "../system-error.ts";

/** The most that one read gives; the text of the longest record, of 128 MiB of JSON, has two thirds of it. */
const LONGEST = 2 ** 31 - 1;

/**
 * Refuses to read a whole file that is longer than any record's text. Without that, its length decides how
 * the runtime fails: with an error that tells nothing, or with gigabytes of memory for what cannot be a
 * record.
 *
 * @throws `ERR_FS_FILE_TOO_LARGE`, as Node.js's own reads of whole files do
 * @example
 * ```ts
 * import { mustNotBeTooLong } from "@baba/core/adapter";
 * mustNotBeTooLong(1000, "/data/1.baba");
 * try {
 *   mustNotBeTooLong(2 ** 32, "/data/2.baba");
 * } catch (error) {
 *   console.log(String(error)); // Error: ERR_FS_FILE_TOO_LARGE: is 2 GiB long or longer, '/data/2.baba'
 * }
 * ```
 */
export function mustNotBeTooLong(size: number, path: string): void {
  if (size > LONGEST) throw systemError("ERR_FS_FILE_TOO_LARGE", "is 2 GiB long or longer", path);
}
