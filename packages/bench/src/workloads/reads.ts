import type { Store } from "../engines/store.ts";
import { median } from "../report/statistics.ts";
import { CITIES, people } from "../trial/records.ts";
import type { Figures } from "../trial/task.ts";
import { AT_ONCE } from "../trial/task.ts";
import { type Trial, timed, type Workload } from "../trial/trial.ts";

/** How many further rounds of gets follow the first, unless that took too many milliseconds. */
const FURTHER = 19;
const SLOW = 1000;

/** A process's first opening, which includes loading the engine's package, and a second one. */
export const open: Workload = async (trial) => async () => {
  const first = await timed(async () => trial.close(await trial.open()));
  const again = await timed(async () => trial.close(await trial.open()));
  return { first, again };
};

/** All records, in a process that has not read before, and once more. */
export const all: Workload = twice(async (store, { task }) => {
  counted((await store.all()).length, task.records + 1);
});

/** All records, one at a time. */
export const stream: Workload = twice(async (store, { task }) => {
  if (store.stream === undefined) throw new Error("It has no way to read records one by one.");
  let count = 0;
  for await (const record of store.stream()) count += record === undefined ? 0 : 1;
  counted(count, task.records + 1);
});

/** The records of one city of five. */
export const filter: Workload = twice(async (store, { task }) => {
  const expected = Math.floor((task.records + CITIES.length - 1) / CITIES.length);
  counted((await store.filter(CITIES[1])).length, expected);
});

/** The number of records. */
export const count: Workload = twice(async (store, { task }) => {
  counted(await store.count(), task.records + 1);
});

/**
 * Random records, one get after another: the first of a fresh process, and those of a warm one, in one
 * session if there are sessions; then each in its own session.
 */
export const get: Workload = async (trial) => {
  const store = await trial.open();
  const { gets } = trial.task.effort;
  const oneByOne = async (ids: readonly number[]): Promise<void> => {
    for (const id of ids) {
      if (isMissing(await store.get(id))) throw new Error(`Record ${id} is not there.`);
    }
  };
  const eachOf = async (seed: number, work = store.getInOneSession ?? oneByOne): Promise<number> => {
    const ids = randomIds(trial, gets, seed);
    return (await timed(async () => work(ids))) / gets;
  };
  return async (): Promise<Figures> => {
    const first = await eachOf(1);
    const further: number[] = [];
    for (let seed = 2; seed <= 1 + FURTHER && first * gets < SLOW; seed++) further.push(await eachOf(seed));
    const each = further.length === 0 ? first : median(further);
    if (store.getInOneSession === undefined) return { first, each };
    return { first, each, alone: await eachOf(1, oneByOne) };
  };
};

/** Random records, all requested before the first is there: in one session if there are sessions. */
export const gets: Workload = async (trial) => {
  const store = await trial.open();
  const ids = randomIds(trial, trial.task.effort.gets);
  const one = (id: number): Promise<unknown> => store.get(id);
  return async () => {
    let found: readonly unknown[] = [];
    const time = await timed(async () => {
      found = await (store.getAtOnce?.(ids) ?? Promise.all(ids.map(one)));
    });
    counted(found.filter((record) => !isMissing(record)).length, ids.length);
    return { each: time / ids.length };
  };
};

/** Whether records exist, half of which do not. */
export const exists: Workload = async (trial) => {
  const store = await trial.open();
  const { gets } = trial.task.effort;
  const ids = randomIds(trial, gets).map((id, i) => (i % 2 === 0 ? id : -id));
  return async () => {
    let found = 0;
    const time = await timed(async () => {
      for (const id of ids) found += (await store.exists(id)) ? 1 : 0;
    });
    counted(found, Math.ceil(gets / 2));
    return { each: time / gets };
  };
};

/** Nine gets per update, in many concurrent sessions. */
export const mixed: Workload = async (trial) => {
  await trial.warmUp();
  const store = await trial.open();
  const { mixed: operations } = trial.task.effort;
  const sessions = Array.from({ length: AT_ONCE }, (_, lane) => {
    const ids = randomIds(trial, operations, lane + 2);
    return async (): Promise<void> => {
      for (const [i, id] of ids.entries())
        await (i % 10 === 9 ? change(store, trial, id, lane) : store.get(id));
    };
  });
  return async () => {
    const time = await timed(() => Promise.all(sessions.map((session) => session())));
    return { each: time / (operations * AT_ONCE) };
  };
};

/** Each session changes records that no other session changes. */
function change(store: Store, { task }: Trial, id: number, lane: number): Promise<unknown> {
  const near = id - (id % AT_ONCE) + lane;
  const put = store.update ?? store.put;
  return put.call(store, people(near < task.records ? near : lane, 1));
}

function twice(work: (store: Store, trial: Trial) => Promise<void>): Workload {
  return async (trial) => {
    const store = await trial.open();
    return async () => ({
      cold: await timed(() => work(store, trial)),
      warm: await timed(() => work(store, trial)),
    });
  };
}

/** NeDB and unstorage say null where others say undefined. */
function isMissing(record: unknown): boolean {
  return record === undefined || record === null;
}

function counted(found: number, expected: number): void {
  if (found !== expected) throw new Error(`It found ${found} records where there are ${expected}.`);
}

/** The same for every engine. */
function randomIds({ task }: Trial, count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + (state % task.records);
  });
}
