const SECOND = 1000;
/** Over one tick of the clock that kernels stamp files by (10 ms at most). */
const TICK = 100;
/** The same for a file system that stores whole seconds, or every other one. */
const COARSE_TICK = 2 * SECOND + TICK;

/**
 * Whether a change made now could get the same time as one made then: stamps of a folder this new tell
 * nothing (the rule by which git judges its index).
 *
 * @param time when the folder was changed, in milliseconds since 1970
 * @example
 * ```ts
 * import { isWithinTick } from "@baba/core/adapter";
 * console.log(isWithinTick(Date.now())); // true
 * ```
 */
export function isWithinTick(time: number): boolean {
  // A fraction of a second proves that this file system stores fractions.
  const tick = time % SECOND === 0 ? COARSE_TICK : TICK;
  return Date.now() - time < tick;
}
