import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { OpenStore, Store } from "../engines/store.ts";
import { people } from "./records.ts";
import type { Figures, Task } from "./task.ts";

/** Records for a separate store, so that hot code is compiled before it is measured. */
export const WARM_UP = { together: 300, singles: 20 };

/** A workload prepares itself and returns the function to measure. */
export type Workload = (trial: Trial) => Promise<() => Promise<Figures>>;

/** A task in this process: opens stores, and finally closes those that a workload left open. */
export class Trial {
  readonly task: Task;
  readonly #open: OpenStore;
  readonly #stores = new Set<Store>();

  constructor(task: Task, open: OpenStore) {
    this.task = task;
    this.#open = open;
  }

  /** Opens the store in this subfolder of the task's folder; workloads that read use `store`. */
  async open(name = "store"): Promise<Store> {
    const folder = join(this.task.folder, name);
    mkdirSync(folder, { recursive: true });
    const store = await this.#open(folder, this.task.records + 1);
    this.#stores.add(store);
    return store;
  }

  async close(store: Store): Promise<void> {
    this.#stores.delete(store);
    await store.close();
  }

  async closeAll(): Promise<void> {
    for (const store of this.#stores) await this.close(store);
  }

  /** Warms up commits, in a store that nothing else uses. */
  async warmUp(): Promise<void> {
    const store = await this.open(`warm-up-${this.task.workload}`);
    await store.put(people(0, WARM_UP.together));
    for (let i = 0; i < WARM_UP.singles; i++) await store.put(people(WARM_UP.together + i, 1));
    await store.settled?.();
    await this.close(store);
  }
}

/** Measures how many milliseconds the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
