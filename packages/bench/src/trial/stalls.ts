import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Figures } from "./task.ts";

type Span = { readonly start: number; readonly end: number };
type Histogram = { readonly max: number; enable(): unknown; disable(): unknown; reset(): unknown };

/** Shorter gaps between two firings of a timer of 1 ms are no stall. */
const NOTICED = 2;

/**
 * Watches the event loop while the work runs, and gives no other figures: the longest time that it stood still by the
 * runtime's own monitor, the longest garbage collection, and the longest stand-still with the collections in it taken out.
 */
export async function watched(work: () => Promise<unknown>): Promise<Figures> {
  const [monitor, collections] = [openMonitor(), observeCollections()];
  await pause(20);
  monitor?.reset();
  // After a reset the first firing only begins the measure.
  await pause(5);
  const gaps = observeGaps();
  await work();
  // The timers have to fire once more to see a stall that ends here, and what was collected to be told.
  await pause(5);
  const stall = monitor?.max;
  monitor?.disable();
  const seen = gaps.stop();
  const collected = await collections?.stop();
  return {
    ...(stall === undefined ? {} : { stall: stall / 1e6 }),
    ...(collected === undefined ? {} : { gc: longest(collected), held: longestOutside(seen, collected) }),
  };
}

/** The longest gap, without what of it overlaps these collections. */
export function longestOutside(gaps: readonly Span[], collections: readonly Span[]): number {
  const without = gaps.map((gap) => {
    const overlaps = collections.map(({ start, end }) =>
      Math.max(0, Math.min(end, gap.end) - Math.max(start, gap.start)),
    );
    return gap.end - gap.start - overlaps.reduce((sum, overlap) => sum + overlap, 0);
  });
  return Math.max(0, ...without);
}

function longest(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(({ start, end }) => end - start));
}

/** Not every runtime has it. */
function openMonitor(): Histogram | undefined {
  try {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    return histogram;
  } catch {
    return undefined;
  }
}

function observeGaps(): { stop(): Span[] } {
  const gaps: Span[] = [];
  let last = performance.now();
  const note = (): void => {
    const now = performance.now();
    if (now - last > NOTICED) gaps.push({ start: last, end: now });
    last = now;
  };
  const timer = setInterval(note, 1);
  return {
    stop() {
      clearInterval(timer);
      return gaps;
    },
  };
}

/** Not every runtime tells of them. */
function observeCollections(): { stop(): Promise<Span[]> } | undefined {
  // The types of Node.js 20 do not know the list.
  const kinds: unknown = Reflect.get(PerformanceObserver, "supportedEntryTypes");
  if (!Array.isArray(kinds) || !kinds.includes("gc")) return undefined;
  const spans: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      spans.push({ start: startTime, end: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    async stop() {
      await pause(5);
      observer.disconnect();
      return spans;
    },
  };
}
