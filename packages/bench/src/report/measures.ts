import type { Measure } from "./view.ts";

/** Milliseconds until a commit resolved. */
export const commitOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "commit" });
/** Milliseconds until everything stood where it belongs. */
export const settledOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "settled" });
/** Milliseconds until nothing was left for later. */
export const closedOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "closed" });
/** Milliseconds in a process that has not read before. */
export const coldOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "cold" });
/** Milliseconds of the second time. */
export const warmOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "warm" });
/** Microseconds of one of many. */
export const eachOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "each", times: 1000 });
/** Milliseconds for which the event loop stood still, garbage collection not counted. */
export const heldOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "held" });
/** Milliseconds of those in which the thread was ready to run and had no processor. */
export const waitedOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "waited" });
/** Mebibytes that the process had in memory at the most. */
export const memoryOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "rss" });
