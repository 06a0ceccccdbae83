/**
 * Milliseconds between attempts at what fails because too many files are open, about a second in total; after
 * that, the caller gets the error.
 *
 * @example
 * ```ts
 * import { CROWDED_PAUSES } from "@baba/core/adapter";
 * console.log(CROWDED_PAUSES.slice(0, 4)); // [ 5, 10, 20, 40 ]
 * ```
 */
export const CROWDED_PAUSES: readonly number[] = [5, 10, 20, 40, 80, 160, 320, 400];
