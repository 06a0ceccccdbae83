import type { Measure } from "./view.ts";

/** Milliseconds until a commit resolved. */
export const commitOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "commit" });
/** Milliseconds until every file was in place. */
export const settledOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "settled" });
/** Milliseconds until no deferred work was left. */
export const closedOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "closed" });
/** Milliseconds for a process's first read. */
export const coldOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "cold" });
/** Milliseconds for the second time. */
export const warmOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "warm" });
/** Microseconds for one of many. */
export const eachOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "each", times: 1000 });
/** Milliseconds for which the event loop was blocked, without garbage collection. */
export const heldOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "held" });
/** Milliseconds of these in which the thread was ready to run but had no processor. */
export const waitedOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "waited" });
/** The process's peak memory in mebibytes. */
export const memoryOf = (workload: Measure["workload"]): Measure => ({ workload, figure: "rss" });
