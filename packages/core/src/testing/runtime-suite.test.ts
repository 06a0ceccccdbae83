import { describe, expect, test } from "vitest";
import { memoryRuntime } from "./memory-runtime.ts";
import { type RuntimeSubject, runtimeSuite } from "./runtime-suite.ts";

const phases: RuntimeSubject["phases"] = { "a timer": (call) => void setTimeout(call, 1) };
const sound = memoryRuntime();

describe("memoryRuntime()", () => {
  runtimeSuite(test, { runtime: sound, phases });
});

/** Runtimes with one fault each, and the test that must find it. */
const FAULTS: readonly (readonly [what: string, found: string, runtime: RuntimeSubject["runtime"]])[] = [
  ["a clock in seconds", "Runtime now() is", { ...sound, now: () => Math.floor(Date.now() / 1000) }],
  ["a stopwatch made of the clock", "Runtime elapsed() goes", { ...sound, elapsed: () => Date.now() }],
  ["a turn that is a microtask", "Runtime turn() resolves", { ...sound, turn: async () => undefined }],
  ["a sleep of no time", "Runtime sleep() resolves", { ...sound, sleep: () => sound.sleep(0) }],
  ["an idle of no time", "Runtime idle() resolves", { ...sound, idle: () => sound.idle(0) }],
];

for (const [what, found, runtime] of FAULTS) {
  test(`runtimeSuite() finds ${what}`, async () => {
    expect(await failuresOf(runtime)).toEqual([expect.stringContaining(found)]);
  });
}

async function failuresOf(runtime: RuntimeSubject["runtime"]): Promise<string[]> {
  const tests: [name: string, work: () => Promise<void>][] = [];
  runtimeSuite((name, work) => tests.push([name, work]), { runtime, phases });
  const failures: string[] = [];
  for (const [name, work] of tests) await work().catch(() => failures.push(name));
  return failures;
}
