import { readFileSync } from "node:fs";
import type { Store } from "../engines/store.ts";
import { median } from "../report/statistics.ts";
import type { Person } from "../trial/person.ts";
import { people } from "../trial/records.ts";
import { AT_ONCE, type Figures } from "../trial/task.ts";
import { type Trial, timed, type Workload } from "../trial/trial.ts";

/** Several small stores are filled, as one commit of a hundred records is too short. */
const ENOUGH = 1000;
/** Where the numbers of these workloads' records start, apart from others'. */
const NEXT = { single: 2_000_000, burst: 3_000_000 };

/** All records in one commit, to a store that has one. */
export const bulk: Workload = async (trial) => {
  await trial.warmUp();
  const { records } = trial.task;
  const times = Math.max(1, Math.floor(ENOUGH / records));
  const names = Array.from({ length: times }, (_, i) => (i === 0 ? "store" : `store-${i}`));
  const stores: Store[] = [];
  for (const name of names) stores.push(await filledWithOne(trial, name));
  const batch = people(1, records);
  return async () => {
    const each: Figures[] = [];
    for (const store of stores) each.push(await commits(trial, store, [batch], (items) => store.put(items)));
    return medians(each);
  };
};

/** One record per commit, one after another. */
export const single: Workload = async (trial) => {
  await trial.warmUp();
  const store = await trial.open();
  const batches = people(NEXT.single, trial.task.effort.singles).map((person) => [person]);
  return () => commits(trial, store, batches, (items) => store.put(items));
};

/** One record per commit, many concurrently, compared with as many one after another. */
export const burst: Workload = async (trial) => {
  await trial.warmUp();
  const store = await trial.open();
  return async () => {
    const [together, inTurn]: [number[], number[]] = [[], []];
    for (let round = 0; round < trial.task.effort.bursts; round++) {
      const records = people(NEXT.burst + 2 * AT_ONCE * round, 2 * AT_ONCE);
      const [first, second] = [records.slice(0, AT_ONCE), records.slice(AT_ONCE)];
      together.push(await timed(() => Promise.all(first.map((record) => store.put([record])))));
      inTurn.push(
        await timed(async () => {
          for (const record of second) await store.put([record]);
        }),
      );
    }
    return { together: median(together), inTurn: median(inTurn) };
  };
};

/** Changes every tenth record, in one commit. */
export const update: Workload = async (trial) => {
  await trial.warmUp();
  const store = await trial.open();
  const batch = tenth(trial).map((id) => ({ ...(people(id, 1)[0] as Person), notes: "Moved away." }));
  const put = (items: readonly Person[]): Promise<unknown> => (store.update ?? store.put).call(store, items);
  return () => commits(trial, store, [batch], put);
};

/** Removes every tenth record, in one commit. */
export const remove: Workload = async (trial) => {
  const store = await trial.open();
  return () => commits(trial, store, [tenth(trial)], (items) => store.remove(items));
};

/** Milliseconds of a commit: until it resolved, every file was in place, and no deferred work was left. */
async function commits<T>(
  trial: Trial,
  store: Store,
  batches: readonly (readonly T[])[],
  work: (items: readonly T[]) => Promise<unknown>,
): Promise<Figures> {
  await store.settled?.();
  const size = batches[0]?.length ?? 0;
  const [before, earlier, written] = [store.counts?.(), store.queued?.length ?? 0, bytesWritten()];
  const each: number[] = [];
  const settling = await timed(async () => {
    for (const batch of batches) each.push(await timed(() => work(batch)));
    await store.settled?.();
  });
  const [atSettled, queued] = [store.counts?.(), store.queued?.slice(earlier) ?? []];
  const closing = await timed(() => trial.close(store));
  const atClosed = store.counts?.();
  const share = (from = 0, to = 0): number => (to - from) / batches.length;
  return {
    commit: median(each),
    ...(queued.length === 0 ? {} : { queued: median(queued) }),
    settled: settling / batches.length,
    closed: (settling + closing) / batches.length,
    ...(written === undefined ? {} : { writtenPerRecord: share(written, bytesWritten()) / size }),
    ...(before === undefined
      ? {}
      : {
          syncs: share(before.syncs, atSettled?.syncs),
          syncsClosed: share(before.syncs, atClosed?.syncs),
          calls: share(before.calls, atSettled?.calls),
          bytesPerRecord: share(before.bytes, atSettled?.bytes) / size,
        }),
  };
}

async function filledWithOne(trial: Trial, name: string): Promise<Store> {
  const store = await trial.open(name);
  await store.put(people(0, 1));
  await store.settled?.();
  return store;
}

function tenth(trial: Trial): number[] {
  return Array.from({ length: Math.ceil(trial.task.records / 10) }, (_, i) => 1 + 10 * i);
}

function medians(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(all.map((one) => one[name] ?? Number.NaN))]));
}

/** Bytes that this process has written so far, on Linux; memory-mapped writes are not included. */
function bytesWritten(): number | undefined {
  try {
    return Number(/wchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}
