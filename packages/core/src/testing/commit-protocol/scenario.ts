import { BabaError, CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { FileStorage } from "../../storage/file-storage.ts";
import { RecordReader } from "../../storage/records/record-reader.ts";
import type { Transaction } from "../../storage/storage.ts";
import { simulatedRuntime } from "../simulation/clock.ts";
import { SeededRandom } from "../simulation/random.ts";
import type { Check, Workload, WorkloadEnvironment } from "../simulation/workload.ts";
import { type ProtectionKind, protectionOf } from "./protection.ts";

/** The records in a store, by name. */
type State = ReadonlyMap<string, string>;

/** One commit of a scenario: new texts by name; `undefined` deletes. */
type Step = {
  readonly changes: Readonly<Record<string, string | undefined>>;
  readonly settle?: Transaction["settle"];
};

const FOLDERS = [".", "a", "a/b", "c"];
const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * What a store goes through in the simulations: commits in several folders, including new ones, with updates
 * and deletes, in both modes of settling, by several open storages one after another, some of which are never
 * closed. After any failure a store must hold exactly the result of some prefix of the commits, including
 * everything that was acknowledged.
 *
 * @example
 * ```ts
 * import { enumerateCrashes, Scenario, SeededRandom } from "@baba/core/testing";
 * const { workload, check } = new Scenario(new SeededRandom(1), [1, 1]);
 * const report = await enumerateCrashes({ workload, check, most: 100 });
 * console.log(report.visited, report.violations); // 100 []
 * ```
 */
export class Scenario {
  readonly #protection: ProtectionKind;
  readonly #sessions: readonly { readonly steps: readonly Step[]; readonly closes: boolean }[];
  /** The store's contents after each commit that was made, beginning with the empty store. */
  #states: State[] = [new Map()];
  #recoveries = 0;
  /** An error that reached the workload but is not BabaDB's: a violation, even if it is swallowed. */
  #untyped: unknown;

  /** `random` decides the commits; `sizes` says how many each storage makes. */
  constructor(random: SeededRandom, sizes: readonly number[], protection: ProtectionKind = "none") {
    this.#protection = protection;
    let count = 0;
    this.#sessions = sizes.map((size, i) => ({
      steps: Array.from({ length: size }, () => randomStep(random, ++count)),
      closes: i % 2 === 0,
    }));
  }

  /**
   * Runs the commits; milestone n is the n-th that was made. A failed commit is left out, and the next one is
   * tried.
   */
  readonly workload: Workload = async (environment) => {
    this.#states = [new Map()];
    this.#untyped = undefined;
    for (const { steps, closes } of this.#sessions) {
      let storage = await this.#open(environment);
      for (const step of steps) {
        if (!(await this.#commit(environment, storage, step)))
          storage = await this.#reopen(environment, storage);
      }
      if (closes) await storage.close();
    }
  };

  async #open({ fileSystem, runtime }: WorkloadEnvironment): Promise<FileStorage> {
    const protection = protectionOf(this.#protection, fileSystem, runtime);
    const storage = new FileStorage(fileSystem, runtime, { report: () => {}, protection });
    await this.#typed(storage.open());
    return storage;
  }

  /** Whether the storage can be used further: not if the commit's outcome is unknown. */
  async #commit(environment: WorkloadEnvironment, storage: FileStorage, step: Step): Promise<boolean> {
    const milestone = this.#states.length;
    const next = after(this.#states.at(-1) ?? new Map(), step.changes);
    this.#states.push(next);
    environment.start(milestone);
    try {
      await this.#typed(storage.commit(transactionOf(step.changes, step.settle ?? "commit")));
      environment.acknowledge(milestone);
    } catch (error) {
      if (error instanceof CommitUnknownError) return false;
      if (!(error instanceof BabaError)) throw error;
      // A plain failure is a promise too: no trace of the commit may ever be found.
      this.#states.pop();
    }
    return true;
  }

  /** Passes a result on, and remembers an error that must never reach a user. */
  async #typed<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof BabaError)) this.#untyped ??= error;
      throw error;
    }
  }

  /** After an unknown outcome: another storage settles which one it was. */
  async #reopen(environment: WorkloadEnvironment, storage: FileStorage): Promise<FileStorage> {
    await storage.close();
    const again = await this.#open(environment);
    await this.#typed(again.head());
    const found = await contents(again);
    if (!same(found, this.#states.at(-1) ?? new Map())) this.#states.pop();
    if (!same(found, this.#states.at(-1) ?? new Map()))
      throw new Error(`after an unknown outcome: ${show(found)}`);
    return again;
  }

  /** Opens what a failure has left, reads everything, closes, and reads the bare files. */
  readonly check: Check = async (fileSystem, acknowledged, started) => {
    // Each recovery is another process, with different tokens.
    const runtime = simulatedRuntime(fileSystem, { random: new SeededRandom(1000 + ++this.#recoveries) });
    if (this.#untyped !== undefined) throw new Error(`an error without a type: ${String(this.#untyped)}`);
    const found = await this.#read(fileSystem, runtime);
    const milestone = this.#milestone(found, acknowledged, started);
    const bare = await this.#bare(fileSystem, runtime);
    if (!same(bare, found))
      throw new Error(`the files differ from what was read: ${show(bare)} and not ${show(found)}`);
    return milestone;
  };

  async #read(fileSystem: FileSystem, runtime: Runtime): Promise<State> {
    const reports: string[] = [];
    const protection = protectionOf(this.#protection, fileSystem, runtime);
    const storage = new FileStorage(fileSystem, runtime, {
      report: (message) => reports.push(message),
      protection,
    });
    await storage.open();
    await storage.head();
    const found = await contents(storage);
    await storage.close();
    if (reports.length > 0) throw new Error(`the storage reported: ${reports.join("; ")}`);
    return found;
  }

  /** The contents of the record files alone, without the journal. */
  async #bare(fileSystem: FileSystem, runtime: Runtime): Promise<State> {
    const protection = protectionOf(this.#protection, fileSystem, runtime);
    await protection.open();
    const records = new RecordReader(fileSystem);
    return contents({
      list: (folder) => records.list(folder),
      read: async (names) => [...(await protection.revealing()(names, await records.read(names)))],
    });
  }

  #milestone(found: State, acknowledged: number, started: number): number {
    for (let milestone = started; milestone >= acknowledged; milestone--) {
      const state = this.#states[milestone];
      if (state !== undefined && same(state, found)) return milestone;
    }
    const earlier = this.#states.findIndex((state) => same(state, found));
    const what = earlier < 0 ? "no prefix of the commits" : `only the first ${earlier} commits`;
    throw new Error(
      `found ${what}, with ${acknowledged} acknowledged and ${started} started: ${show(found)}`,
    );
  }
}

function randomStep(random: SeededRandom, count: number): Step {
  const changes: Record<string, string | undefined> = {};
  const names = FOLDERS.flatMap((folder) =>
    [1, 2].map((id) => (folder === "." ? `${id}.baba` : `${folder}/${id}.baba`)),
  );
  for (let i = random.below(3); i >= 0; i--) {
    const deletes = random.below(4) === 0;
    changes[random.pick(names)] = deletes
      ? undefined
      : `commit ${count} ${"x".repeat(random.below(random.below(8) === 0 ? 2000 : 40))}`;
  }
  return { changes, settle: random.below(3) === 0 ? "background" : "commit" };
}

function transactionOf(changes: Step["changes"], settle: Transaction["settle"]): Transaction {
  const payloads = Object.entries(changes).map(
    ([name, value]) => [name, value === undefined ? undefined : utf8.encode(value)] as const,
  );
  return { changes: new Map(payloads), basis: undefined, durability: "full", settle };
}

function after(state: State, changes: Step["changes"]): State {
  const next = new Map(state);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

async function contents(records: Pick<FileStorage, "list" | "read">): Promise<State> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    const names = await records.list(folder);
    for (const [i, payload] of (await records.read(names)).entries()) {
      if (payload instanceof BabaError) throw payload;
      if (payload !== undefined) found.set(names[i] ?? "", text.decode(payload));
    }
  }
  return found;
}

function same(a: State, b: State): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function show(state: State): string {
  return JSON.stringify([...state].map(([name, value]) => `${name}=${value.slice(0, 12)}`));
}
