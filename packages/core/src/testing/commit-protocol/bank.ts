import { BabaError, ConflictError, LockedError } from "../../errors.ts";
import { FileStorage } from "../../storage/file-storage.ts";
import type { Content, Storage } from "../../storage/storage.ts";
import { type ProcessEnvironment, World, type WorldOptions } from "../simulation/scheduler.ts";
import { type ProtectionKind, protectionOf } from "./protection.ts";

/** How to set up a world of tellers. */
export type BankOptions = WorldOptions & {
  readonly tellers: number;
  /** How many transfers each one makes, over all its lives. */
  readonly transfers: number;
  /** `"none"` by default. */
  readonly protection?: ProtectionKind;
};

/** The outcome. */
export type BankReport = { readonly steps: number; readonly transfers: number };

const ACCOUNTS = ["a/1.baba", "a/2.baba", "b/3.baba", "4.baba"];
const OPENING = 100;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Several simulated processes move money between the accounts of one store, as sessions do: read, check,
 * commit. Whatever happens to them, the total stays the same, and every acknowledged transfer has left its
 * record along with its effect.
 *
 * @throws {SimulationError} with the seed and the last steps if it is not so
 * @example
 * ```ts
 * import { runBank } from "@baba/core/testing";
 * const { transfers } = await runBank(1, { tellers: 2, transfers: 3, pauses: { chance: 0.01, most: 2 } });
 * console.log(transfers); // 6
 * ```
 */
export async function runBank(seed: number, options: BankOptions): Promise<BankReport> {
  const world = new World(seed, options);
  const acknowledged = new Set<string>();
  for (let teller = 0; teller < options.tellers; teller++) {
    world.spawn(`teller-${teller}`, (environment) => tell(environment, options, acknowledged));
  }
  await world.run();
  const auditor = new World(seed + 1, { disk: world.disk });
  auditor.spawn("auditor", (environment) => audit(environment, options, acknowledged, world.trace));
  await auditor.run();
  return { steps: world.steps, transfers: acknowledged.size };
}

async function tell(
  environment: ProcessEnvironment,
  options: BankOptions,
  acknowledged: Set<string>,
): Promise<void> {
  const { name, random } = environment;
  const storage = await opened(environment, options);
  for (let i = 0; i < options.transfers; i++) {
    const id = `transfers/${name}-${i}.baba`;
    if (acknowledged.has(id)) continue;
    let outcome = await attempt(environment, storage, id);
    for (; outcome === "refused"; outcome = await attempt(environment, storage, id)) {
      await environment.clock.sleep(1 + random.below(5));
    }
    if (outcome === "committed") acknowledged.add(id);
  }
  await storage.close();
}

/**
 * Makes a transfer. One that an earlier life made is `"found"`: that life may have died before the sync, and
 * what was only read is not promised to survive a power cut.
 */
async function attempt(
  { random }: ProcessEnvironment,
  storage: Storage,
  id: string,
): Promise<"committed" | "found" | "refused"> {
  const head = await storage.head();
  const [from = "", to = ""] = random.pick([ACCOUNTS, [...ACCOUNTS].reverse()]).slice(random.below(3));
  const [source, target, done] = await storage.read([from, to, id]);
  for (const payload of [source, target, done]) if (payload instanceof BabaError) throw payload;
  const records = new Set([from, to, id]);
  const changes = new Map<string, Uint8Array | undefined>();
  if (done === undefined) {
    changes.set(from, utf8.encode(String(balance(source) - 1)));
    changes.set(to, utf8.encode(String(balance(target) + 1)));
    changes.set(id, utf8.encode(`${from} ${to}`));
    if (random.below(4) === 0)
      changes.set(`notes/${random.below(3)}.baba`, random.below(2) === 0 ? undefined : utf8.encode(id));
  }
  try {
    const settle = random.below(3) === 0 ? "background" : "commit";
    await storage.commit({
      changes,
      basis: { head, records, folders: new Set() },
      durability: "full",
      settle,
    });
    return done === undefined ? "committed" : "found";
  } catch (error) {
    if (error instanceof ConflictError || error instanceof LockedError) return "refused";
    throw error;
  }
}

async function audit(
  environment: ProcessEnvironment,
  options: BankOptions,
  acknowledged: ReadonlySet<string>,
  trace: string,
): Promise<void> {
  const storage = await opened(environment, options);
  await storage.head();
  const transfers = await storage.list("transfers");
  const balances = balancesAfter(await storage.read(transfers));
  const found = (await storage.read(ACCOUNTS)).map((payload) =>
    payload instanceof BabaError ? Number.NaN : balance(payload),
  );
  await storage.close();
  const missing = [...acknowledged].filter((id) => !transfers.includes(id));
  if (missing.length > 0) throw new Error(`acknowledged and lost: ${missing.join(", ")}\n${trace}`);
  for (const [i, account] of ACCOUNTS.entries()) {
    if (found[i] !== balances.get(account)) {
      throw new Error(
        `${account} holds ${found[i]}, and its transfers say ${balances.get(account)}\n${trace}`,
      );
    }
  }
}

/** The balance each account should have after these transfers. */
function balancesAfter(transfers: readonly Content[]): ReadonlyMap<string, number> {
  const balances = new Map(ACCOUNTS.map((account) => [account, OPENING]));
  for (const payload of transfers) {
    const [from = "", to = ""] = payload instanceof Uint8Array ? text.decode(payload).split(" ") : [];
    balances.set(from, (balances.get(from) ?? 0) - 1).set(to, (balances.get(to) ?? 0) + 1);
  }
  return balances;
}

async function opened(
  { fileSystem, runtime }: ProcessEnvironment,
  { protection = "none" }: BankOptions,
): Promise<FileStorage> {
  const keys = protectionOf(protection, fileSystem, runtime);
  const storage = new FileStorage(fileSystem, runtime, {
    report: (message) => runtime.terminal(message),
    protection: keys,
  });
  await storage.open();
  return storage;
}

function balance(payload: Uint8Array | BabaError | undefined): number {
  return payload instanceof Uint8Array ? Number(text.decode(payload)) : OPENING;
}
