/**
 * Hermitage: ten interleavings, each of which shows one anomaly if a database permits it (from Martin
 * Kleppmann's test suite of that name; anomalies as in Adya 1999 and Bailis et al., "Highly Available
 * Transactions", 2013).
 *
 * @module
 */

/** One open session; the values are numbers. */
export interface HermitageClient {
  /** The value of a key, if it has one. */
  read(key: string): Promise<number | undefined>;
  /** Sets the value of a key. */
  write(key: string, value: number): Promise<void>;
  /** The keys that exist, in any order. */
  list(): Promise<readonly string[]>;
  /** Rejects if the session conflicts with another. */
  commit(): Promise<void>;
  /** Discards what the session wrote. */
  rollback(): Promise<void>;
}

/** The anomalies, by their names in the Hermitage collection. */
export type HermitageName =
  | "G0"
  | "G1a"
  | "G1b"
  | "G1c"
  | "OTV"
  | "PMP"
  | "P4"
  | "G-single"
  | "G2-item"
  | "G2";

type Actor = "T1" | "T2" | "T3";

/** One step of the interleaving; each finishes before the next begins. */
export type HermitageStep =
  | { readonly by: Actor; readonly act: "read"; readonly key: string }
  | { readonly by: Actor; readonly act: "write"; readonly key: string; readonly value: number }
  | { readonly by: Actor; readonly act: "list" | "commit" | "rollback" };

/** What happened. Reads and listings only of committed transactions, in the order of the steps. */
export type HermitageTrace = {
  readonly committed: ReadonlySet<Actor>;
  readonly reads: readonly { readonly by: Actor; readonly key: string; readonly value: number | undefined }[];
  readonly listings: readonly { readonly by: Actor; readonly keys: readonly string[] }[];
  /** What a session reads that began after all the others. */
  readonly final: ReadonlyMap<string, number>;
};

/** One case of the collection: who does what, step by step, and what must not be observed. */
export type HermitageCase = {
  readonly name: HermitageName;
  readonly title: string;
  readonly steps: readonly HermitageStep[];
  /** Whether the anomaly was observed. */
  readonly occurred: (trace: HermitageTrace) => boolean;
};

/**
 * The state before each case.
 *
 * @example
 * ```ts
 * import { HERMITAGE_INITIAL } from "@baba/core/testing";
 * for (const [key, value] of HERMITAGE_INITIAL) if (key === "1") console.log(key, value); // 1 10
 * ```
 */
export const HERMITAGE_INITIAL: ReadonlyMap<string, number> = new Map([
  ["1", 10],
  ["2", 20],
]);

/**
 * The ten cases.
 *
 * @example
 * ```ts
 * import { HERMITAGE_CASES } from "@baba/core/testing";
 * console.log(HERMITAGE_CASES.map(({ name }) => name).join(" ")); // G0 G1a G1b G1c OTV PMP P4 G-single G2-item G2
 * ```
 */
export const HERMITAGE_CASES: readonly HermitageCase[] = [
  {
    name: "G0",
    title: "two transactions write the same two keys, and each wins one",
    steps: script("T1 1=11", "T2 1=12", "T2 2=22", "T1 2=21", "T1 commit", "T2 commit"),
    occurred: ({ final }) => {
      const writerOf = (key: string): number => (final.get(key) ?? 0) % 10;
      return writerOf("1") !== writerOf("2");
    },
  },
  {
    name: "G1a",
    title: "a transaction reads what another wrote and then took back",
    steps: script("T1 1=101", "T2 1?", "T1 rollback", "T2 1?", "T2 commit"),
    occurred: ({ reads }) => reads.some(({ value }) => value === 101),
  },
  {
    name: "G1b",
    title: "a transaction reads what another wrote and then wrote over",
    steps: script("T1 1=101", "T2 1?", "T1 1=11", "T1 commit", "T2 1?", "T2 commit"),
    occurred: ({ reads }) => reads.some(({ value }) => value === 101),
  },
  {
    name: "G1c",
    title: "two transactions read what the other one wrote",
    steps: script("T1 1=11", "T2 2=22", "T1 2?", "T2 1?", "T1 commit", "T2 commit"),
    occurred: (trace) => saw(trace, "T1", "2", 22) && saw(trace, "T2", "1", 11),
  },
  {
    name: "OTV",
    title: "a transaction that was seen vanishes again",
    steps: script(
      ...["T1 1=11", "T1 2=19", "T2 1=12", "T1 commit", "T3 1?", "T3 2?"],
      ...["T2 2=18", "T2 commit", "T3 2?", "T3 1?", "T3 commit"],
    ),
    occurred: ({ reads }) => {
      const ages = reads.map(({ value }) =>
        [
          [10, 20],
          [11, 19],
          [12, 18],
        ].findIndex((pair) => pair.includes(value ?? -1)),
      );
      return ages.some((age, i) => age < Math.max(...ages.slice(0, i)));
    },
  },
  {
    name: "PMP",
    title: "a transaction lists twice, and what another created comes between",
    steps: script("T1 list", "T2 3=30", "T2 commit", "T1 list", "T1 commit"),
    occurred: ({ listings: [first, second] }) => first?.keys.length !== second?.keys.length,
  },
  {
    name: "P4",
    title: "two transactions read a key and write it, and one update is lost",
    steps: script("T1 1?", "T2 1?", "T1 1=11", "T2 1=12", "T1 commit", "T2 commit"),
    occurred: (trace) => saw(trace, "T1", "1", 10) && saw(trace, "T2", "1", 10),
  },
  {
    name: "G-single",
    title: "a transaction reads one key before and one key after another transaction wrote both",
    steps: script("T1 1?", "T2 1?", "T2 2?", "T2 1=12", "T2 2=18", "T2 commit", "T1 2?", "T1 commit"),
    occurred: (trace) =>
      (saw(trace, "T1", "1", 10) && saw(trace, "T1", "2", 18)) ||
      (saw(trace, "T1", "1", 12) && saw(trace, "T1", "2", 20)),
  },
  {
    name: "G2-item",
    title: "two transactions read two keys, and each writes another one of them",
    steps: script("T1 1?", "T1 2?", "T2 1?", "T2 2?", "T1 1=11", "T2 2=21", "T1 commit", "T2 commit"),
    occurred: (trace) => saw(trace, "T1", "2", 20) && saw(trace, "T2", "1", 10),
  },
  {
    name: "G2",
    title: "two transactions list, and each creates a key that the other did not see",
    steps: script("T1 list", "T2 list", "T1 3=30", "T2 4=42", "T1 commit", "T2 commit"),
    occurred: ({ committed, listings }) =>
      committed.size === 2 && listings.every(({ keys }) => !keys.includes("3") && !keys.includes("4")),
  },
];

/**
 * Runs one case on a store that contains {@link HERMITAGE_INITIAL} and nothing else.
 *
 * A step that fails with a conflict ends its transaction, which is rolled back and counts as never having
 * run.
 *
 * @param begin opens a session; none of its calls may wait for another session to end
 * @param isConflict whether an error means that the session lost to another; any other error is rethrown
 *
 * @example
 * ```ts
 * import { HERMITAGE_CASES, HERMITAGE_INITIAL, type HermitageClient, runHermitage } from "@baba/core/testing";
 *
 * const values = new Map(HERMITAGE_INITIAL);
 * const unprotected: HermitageClient = {
 *   read: async (key) => values.get(key),
 *   write: async (key, value) => void values.set(key, value),
 *   list: async () => [...values.keys()],
 *   commit: async () => {},
 *   rollback: async () => {},
 * };
 * for (const one of HERMITAGE_CASES.slice(0, 1)) {
 *   const trace = await runHermitage(one, async () => unprotected, () => false);
 *   console.log(one.name, one.occurred(trace)); // G0 true
 * }
 * ```
 */
export async function runHermitage(
  { steps }: HermitageCase,
  begin: () => Promise<HermitageClient>,
  isConflict: (error: unknown) => boolean,
): Promise<HermitageTrace> {
  const clients = new Map<Actor, HermitageClient>();
  for (const { by } of steps) if (!clients.has(by)) clients.set(by, await begin());
  const committed = new Set<Actor>();
  const reads: HermitageTrace["reads"][number][] = [];
  const listings: HermitageTrace["listings"][number][] = [];
  for (const step of steps) {
    const client = clients.get(step.by);
    if (client === undefined) continue;
    try {
      if (step.act === "read") reads.push({ by: step.by, key: step.key, value: await client.read(step.key) });
      else if (step.act === "list") listings.push({ by: step.by, keys: await client.list() });
      else if (step.act === "write") await client.write(step.key, step.value);
      else await client[step.act]();
      if (step.act === "commit") committed.add(step.by);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (step.act !== "commit") await client.rollback();
      clients.delete(step.by);
    }
  }
  const counts = ({ by }: { readonly by: Actor }): boolean => committed.has(by);
  const final = await stateSeenBy(await begin());
  return { committed, reads: reads.filter(counts), listings: listings.filter(counts), final };
}

async function stateSeenBy(client: HermitageClient): Promise<Map<string, number>> {
  const state = new Map<string, number>();
  for (const key of await client.list()) {
    const value = await client.read(key);
    if (value !== undefined) state.set(key, value);
  }
  await client.rollback();
  return state;
}

function saw({ reads }: HermitageTrace, by: Actor, key: string, value: number): boolean {
  return reads.some((read) => read.by === by && read.key === key && read.value === value);
}

/**
 * Steps in short form: `T1 1?` reads key 1, `T1 1=11` writes it; `list`, `commit` and `rollback` stand for
 * themselves.
 */
function script(...lines: readonly string[]): HermitageStep[] {
  return lines.map((line) => {
    const [, actor, key = "", sign, value] = /^(T[123]) (\w+)([?=]?)(\d*)$/.exec(line) ?? [];
    const by = actorOf(actor);
    if (sign === "?") return { by, act: "read", key };
    if (sign === "=") return { by, act: "write", key, value: Number(value) };
    if (key === "list" || key === "commit" || key === "rollback") return { by, act: key };
    throw new SyntaxError(`"${line}" is not a step.`);
  });
}

function actorOf(name: string | undefined): Actor {
  if (name === "T1" || name === "T2" || name === "T3") return name;
  throw new SyntaxError(`"${name}" is not a transaction.`);
}
