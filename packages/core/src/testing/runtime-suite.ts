import type { Runtime } from "../runtime/runtime.ts";
import { assert, assertEqual } from "./assertions.ts";
import type { RegisterTest } from "./file-system-suite.ts";

/** A runtime under test. */
export type RuntimeSubject = {
  readonly runtime: Pick<Runtime, "now" | "elapsed" | "turn" | "sleep" | "idle">;
  /** The phases of the event loop from which `turn()` is called, each with what calls back in that phase. */
  readonly phases: Readonly<Record<string, (call: () => void) => void>>;
};

type Check = (subject: RuntimeSubject) => void | Promise<void>;

/** Milliseconds that a busy test holds the event loop, so that a timer of 1 ms is certainly due. */
const HELD = 3;

/**
 * Registers a test for each obligation of the `Runtime` port that is about time; every adapter must pass all
 * of them. Its other members have suites of their own, or touch what only the runtime can look at.
 *
 * @param test registers one test with the runner
 * @param subject the adapter
 * @example
 * ```ts
 * import { memoryRuntime, runtimeSuite } from "@baba/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * const phases = { "a timer": (call: () => void) => void setTimeout(call, 1) };
 * runtimeSuite((_name, work) => tests.push(work), { runtime: memoryRuntime(), phases });
 * for (const work of tests) await work();
 * ```
 */
export function runtimeSuite(test: RegisterTest, subject: RuntimeSubject): void {
  for (const [name, check] of CHECKS) test(`Runtime ${name}`, async () => check(subject));
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ["now() is the time since 1970 in milliseconds", sinceTheEpoch],
  ["elapsed() goes on when the clock is put back", monotonic],
  ["turn() resolves after a timer that is due, from any phase of the event loop", turns],
  ["sleep() resolves after its time, and not before", ({ runtime }) => waits(runtime, "sleep")],
  ["idle() resolves after its time, and not before, in a process that lasts", idles],
];

function sinceTheEpoch({ runtime }: RuntimeSubject): void {
  const [before, time, after] = [Date.now(), runtime.now(), Date.now()];
  assert(before <= time && time <= after, `${time} is not between ${before} and ${after}`);
}

function monotonic({ runtime }: RuntimeSubject): void {
  const { now } = Date;
  const start = runtime.elapsed();
  Date.now = () => 0;
  try {
    hold();
    assert(runtime.elapsed() >= start + HELD, "the time that has elapsed became less");
  } finally {
    Date.now = now;
  }
}

async function turns({ runtime, phases }: RuntimeSubject): Promise<void> {
  const late: string[] = [];
  const inPhase = async ([phase, callIn]: readonly [string, (call: () => void) => void]): Promise<void> => {
    await new Promise<void>((resolve) => callIn(resolve));
    if (!(await isDueTimerFirst(runtime))) late.push(phase);
  };
  await Promise.all(Object.entries(phases).map(inPhase));
  assertEqual(late, [], "phases from which turn() came before a timer that was due");
}

async function isDueTimerFirst(runtime: RuntimeSubject["runtime"]): Promise<boolean> {
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  hold();
  await runtime.turn();
  return fired;
}

async function idles({ runtime }: RuntimeSubject): Promise<void> {
  const lasting = setInterval(() => undefined, 1000);
  await waits(runtime, "idle").finally(() => clearInterval(lasting));
}

/** A timer may count from when its turn began, and so be early by a fraction of a millisecond. */
async function waits(runtime: RuntimeSubject["runtime"], kind: "sleep" | "idle"): Promise<void> {
  const [start, time] = [runtime.elapsed(), 20];
  await runtime[kind](time);
  const passed = runtime.elapsed() - start;
  assert(passed > time - 2, `${kind}(${time}) resolved after ${passed} ms`);
}

function hold(): void {
  const start = performance.now();
  while (performance.now() - start < HELD);
}
