import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { workloads } from "./workloads.ts";

/** What one process found, in milliseconds and MB. */
export type Figures = {
  readonly ms: number;
  /** Processor time, of all threads. */
  readonly cpu: number;
  /** The longest time for which the event loop was held, and the longest garbage collection. */
  readonly stall: number;
  readonly gc: number;
  readonly rss: number;
};

const [name = "", folder = "", count = "0"] = process.argv.slice(2);
const prepared = await workloads[name]?.(folder, Number(count));
if (prepared === undefined) throw new Error(`There is no workload "${name}".`);
let gc = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gc = Math.max(gc, duration);
}).observe({ entryTypes: ["gc"] });
await pause(20);
gc = 0;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await pause(5);
delay.reset();
// The first delay after a reset is not recorded.
await pause(5);
const before = process.cpuUsage();
const start = performance.now();
await prepared.work();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);
await pause(5);
delay.disable();
const rss = process.resourceUsage().maxRSS / 1024;
await prepared.close?.();
console.log(
  JSON.stringify({ ms, cpu: (user + system) / 1000, stall: delay.max / 1e6 - 1, gc, rss } satisfies Figures),
);
