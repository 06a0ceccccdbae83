import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { openRunQueue } from "./run-queue.ts";
import type { Figures } from "./task.ts";

type Span = { readonly start: number; readonly end: number };
/** Between two firings of the timer. `waited`: how long the thread was ready without a processor. */
type Gap = Span & { readonly waited?: number };
type Histogram = { readonly max: number; enable(): unknown; disable(): unknown; reset(): unknown };

/** Shorter gaps between firings of a 1 ms timer do not count as stalls. */
const NOTICED = 2;

/**
 * Watches the event loop while the work runs, and returns only these figures: the longest stall according to
 * the runtime's own monitor (`stall`), the longest garbage collection (`gc`), the longest stall without the
 * collections in it (`held`), and for how much of that the thread had no processor (`waited`).
 */
export async function watched(work: () => Promise<unknown>): Promise<Figures> {
  const [monitor, collections] = [openMonitor(), observeCollections()];
  await pause(20);
  monitor?.reset();
  // After a reset, the first firing only starts the measurement.
  await pause(5);
  const gaps = observeGaps();
  await work();
  // The timers must fire once more to notice a stall that ends here, and collections must be reported.
  await pause(5);
  const stall = monitor?.max;
  monitor?.disable();
  const seen = gaps.stop();
  const collected = await collections?.stop();
  return {
    ...(stall === undefined ? {} : { stall: stall / 1e6 }),
    ...(collected === undefined ? {} : { gc: longest(collected), ...longestOutside(seen, collected) }),
  };
}

/** The longest gap, minus its overlap with these collections. */
export function longestOutside(gaps: readonly Gap[], collections: readonly Span[]): Figures {
  let longest: Figures = { held: 0 };
  for (const { start, end, waited } of gaps) {
    const overlaps = collections.map((span) =>
      Math.max(0, Math.min(span.end, end) - Math.max(span.start, start)),
    );
    const held = end - start - overlaps.reduce((sum, overlap) => sum + overlap, 0);
    if (held > (longest.held ?? 0)) longest = waited === undefined ? { held } : { held, waited };
  }
  return longest;
}

function longest(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(({ start, end }) => end - start));
}

/** Not available in every runtime. */
function openMonitor(): Histogram | undefined {
  try {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    return histogram;
  } catch {
    return undefined;
  }
}

function observeGaps(): { stop(): Gap[] } {
  const gaps: Gap[] = [];
  const queue = openRunQueue();
  let [last, waitedBefore] = [performance.now(), queue?.waited()];
  const note = (): void => {
    const [now, waitedNow] = [performance.now(), queue?.waited()];
    const waited = waitedNow === undefined ? {} : { waited: waitedNow - (waitedBefore ?? 0) };
    if (now - last > NOTICED) gaps.push({ start: last, end: now, ...waited });
    [last, waitedBefore] = [now, waitedNow];
  };
  const timer = setInterval(note, 1);
  return {
    stop() {
      clearInterval(timer);
      queue?.close();
      return gaps;
    },
  };
}

/** Not available in every runtime. */
function observeCollections(): { stop(): Promise<Span[]> } | undefined {
  // The types of Node.js 20 lack this property.
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
