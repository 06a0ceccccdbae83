/**
 * One engine, one size, in this process alone: what the benchmark starts for every figure. Takes a task
 * as JSON in its argument, and prints the outcome as JSON.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import type { Counts } from "./engines/counting-file-system.ts";
import { ENGINES, type EngineName } from "./engines.ts";
import { people } from "./records.ts";

/** What a process measures. `burst`: so many commits of one record, at once and one after another. */
export type Task = {
  readonly engine: EngineName;
  readonly folder: string;
  readonly size: number;
  readonly commits: number;
  readonly burst?: number;
};

/** What it found, in milliseconds. */
export type Outcome = {
  /** Each commit, from objects in memory until it resolved. */
  readonly commits: readonly number[];
  /** Of each, validating and serialising; empty where nothing is validated. */
  readonly queued: readonly number[];
  /** All commits until everything was in its place, for one commit. */
  readonly settled: number;
  /** All commits until the store was closed with nothing left for later, for one commit. */
  readonly closed: number;
  /** The longest time between two turns of the event loop, until everything was in its place. */
  readonly stall: number;
  /** Asked of the file system for one commit: until everything was in its place, and until the store was closed. */
  readonly counts?: { readonly settled: Counts; readonly closed: Counts };
};

/** Commits at once and one after another: milliseconds for a whole burst, each median. */
export type BurstOutcome = { readonly together: number; readonly inTurn: number };

const WARM_UP = 300;
let nextId = 1;

const task: Task = JSON.parse(process.argv[2] ?? "");
const open = ENGINES[task.engine];
if (open === undefined) throw new RangeError(`${task.engine} is no engine of this process`);
await warmUp(await open(emptyFolder("warm-up")));
const engine = await open(emptyFolder("store"));
await engine.commit(people(nextId++, 1));
await engine.settled?.();
console.log(
  JSON.stringify(task.burst === undefined ? await measure(engine) : await measureBursts(engine, task.burst)),
);

/** Compiles what runs often, in a store of its own. */
async function warmUp(engine: Engine): Promise<void> {
  await engine.commit(people(1, WARM_UP));
  for (let i = 1; i <= 20; i++) await engine.commit(people(WARM_UP + i, 1));
  await engine.close();
}

async function measure(engine: Engine): Promise<Outcome> {
  const batches = Array.from({ length: task.commits }, () => nextPeople(task.size));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(20);
  delay.reset();
  // After a reset the first firing only begins the measure.
  await pause(5);
  const before = engine.counts?.();
  const earlier = engine.queued?.length ?? 0;
  const start = performance.now();
  const commits: number[] = [];
  for (const batch of batches) commits.push(await timed(() => engine.commit(batch)));
  await engine.settled?.();
  const settled = performance.now() - start;
  const atSettled = engine.counts?.();
  // The timer behind the measure has to fire once more to see a stall that ends here.
  await pause(5);
  const stall = delay.max / 1e6;
  delay.disable();
  const closing = await timed(() => engine.close());
  const atClosed = engine.counts?.();
  const each = { settled: settled / task.commits, closed: (settled + closing) / task.commits };
  const outcome = { commits, queued: engine.queued?.slice(earlier) ?? [], ...each, stall };
  if (before === undefined || atSettled === undefined || atClosed === undefined) return outcome;
  return {
    ...outcome,
    counts: { settled: perCommit(before, atSettled), closed: perCommit(before, atClosed) },
  };
}

async function measureBursts(engine: Engine, burst: number): Promise<BurstOutcome> {
  const [together, inTurn]: [number[], number[]] = [[], []];
  for (let i = 0; i < task.commits; i++) {
    const records = nextPeople(2 * burst);
    const [first, second] = [records.slice(0, burst), records.slice(burst)];
    together.push(await timed(() => Promise.all(first.map((record) => engine.commit([record])))));
    inTurn.push(
      await timed(async () => {
        for (const record of second) await engine.commit([record]);
      }),
    );
  }
  await engine.close();
  return { together: middle(together), inTurn: middle(inTurn) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function perCommit(before: Counts, after: Counts): Counts {
  const each = (from: number, to: number): number => (to - from) / task.commits;
  return {
    syncs: each(before.syncs, after.syncs),
    bytes: each(before.bytes, after.bytes),
    calls: each(before.calls, after.calls),
  };
}

function nextPeople(count: number): ReturnType<typeof people> {
  nextId += count;
  return people(nextId - count, count);
}

function emptyFolder(name: string): string {
  const folder = join(task.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function middle(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
