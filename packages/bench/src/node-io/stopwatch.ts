import { performance } from "node:perf_hooks";
import { median } from "../report/statistics.ts";

/** The number of rounds, after a first one to warm up. */
export const ROUNDS = 5;

/** Microseconds for each of `count`: the median of the rounds after a first one to warm up. */
export async function time(count: number, work: () => unknown, prepare?: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await prepare?.();
    const start = performance.now();
    await work();
    if (round > 0) rounds.push(((performance.now() - start) * 1000) / count);
  }
  return median(rounds);
}

/** Repeats the work, one run after another. */
export async function repeat(times: number, work: () => unknown): Promise<void> {
  for (let i = 0; i < times; i++) await work();
}

/** Microseconds of the longest time between two turns of the event loop while the work runs. */
export async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, running] = [0, performance.now(), true];
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  running = false;
  return longest * 1000;
}
