import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { BabaDB } from "@baba/node";
import type { InferInput } from "valibot";
import { Child } from "../harness/child.ts";
import { NODE, type Runtime } from "../harness/runtime.ts";
import type { Suite } from "../harness/suite.ts";
import { leftoversOf } from "../harness/tree.ts";
import { audit, auditFiles } from "./audit.ts";
import { Account, type BankKey, OPENING } from "./model.ts";
import type { WriterArgument } from "./writer.ts";

const KILLS = 500;
/** Limited, as a bank's growing books are read completely after every round of kills. */
const KILLS_A_BANK = 25;
const WRITERS: readonly Runtime[] = [NODE, NODE, NODE];
/** The share of rounds that wait for the victims' first commit; others may kill during start or recovery. */
const AT_WORK = 0.6;
/** Victims are killed within this time after that, in milliseconds. */
const LONGEST_LIFE = 150;

/** A bank: its folders, key and writers. */
type Bank = {
  readonly directory: string;
  readonly ledgers: string;
  readonly unlock: BankKey;
  readonly writers: Child[];
};

/** The runtimes of a bank's writers, and their key. */
export type Staff = { readonly runtimes: readonly Runtime[]; readonly unlock: BankKey };

/** Processes that move money are killed at random times; no money or acknowledged transfer is lost. */
export async function bank(suite: Suite): Promise<void> {
  await runBanks(suite, suite.size(KILLS), { runtimes: WRITERS, unlock: {} });
}

/** Runs one bank after another, until the wanted number of writers were killed. */
export async function runBanks(suite: Suite, wanted: number, staff: Staff): Promise<void> {
  let [kills, transfers] = [0, 0];
  for (let count = 0; kills < wanted; count++) {
    const outcome = await runBank(suite, count, Math.min(KILLS_A_BANK, wanted - kills), staff);
    kills += outcome.kills;
    transfers += outcome.transfers;
    suite.progress(`${kills} of ${wanted} kills, ${transfers} transfers`);
  }
  suite.check(transfers > kills, `only ${transfers} transfers were made between ${kills} kills`);
}

async function runBank(
  suite: Suite,
  count: number,
  wanted: number,
  { runtimes, unlock }: Staff,
): Promise<{ kills: number; transfers: number }> {
  const bank = await openBank(join(suite.folder, `bank-${count}`), unlock);
  let started = 0;
  const start = (runtime: Runtime): Child => startWriter(suite, bank, `${count}-${started++}`, runtime);
  bank.writers.push(...runtimes.map(start));
  let kills = 0;
  while (kills < wanted) {
    const most = Math.min(bank.writers.length, wanted - kills);
    const victims = suite.random.shuffled(bank.writers).slice(0, 1 + suite.random.below(most));
    if (suite.random.share() < AT_WORK) await Promise.all(victims.map((victim) => victim.hasBegun()));
    await after(suite.random.below(LONGEST_LIFE));
    await Promise.all(victims.map((victim) => victim.kill()));
    kills += victims.length;
    await audit(bank.directory, bank.ledgers, unlock, suite.check);
    for (const [place, runtime] of runtimes.entries()) {
      const writer = bank.writers[place];
      if (writer !== undefined && victims.includes(writer)) bank.writers[place] = start(runtime);
    }
  }
  await Promise.all(bank.writers.map((writer) => writer.finish()));
  return { kills, transfers: await auditClosed(bank, suite) };
}

async function auditClosed(bank: Bank, { check }: Suite): Promise<number> {
  const books = await audit(bank.directory, bank.ledgers, bank.unlock, check);
  await auditFiles(bank.directory, books, bank.unlock, check);
  check(!leftoversOf(bank.directory).includes("lock"), "a closed store is locked");
  await commitOnce(bank);
  const leftovers = leftoversOf(bank.directory);
  check(leftovers.length === 0, `the next writer leaves what killed ones left: ${leftovers.join(", ")}`);
  return books.transfers.size;
}

/** The first commit of a new writer removes what dead ones left. */
async function commitOnce({ directory, unlock }: Bank): Promise<void> {
  const db = new BabaDB(Account, { directory, logging: false, ...unlock });
  await db.asyncSession((session) => session.add({ balance: 0 }, "closed.baba"));
  await db.close();
}

async function openBank(folder: string, unlock: BankKey): Promise<Bank> {
  const bank = { directory: join(folder, "store"), ledgers: join(folder, "ledgers"), unlock, writers: [] };
  mkdirSync(bank.ledgers, { recursive: true });
  const db = new BabaDB(Account, { directory: bank.directory, logging: false, ...unlock });
  await db.asyncSession(async (session) => {
    for (const [name, balance] of OPENING) await session.add({ balance }, name);
  });
  await db.close();
  return bank;
}

function startWriter(
  { random, folder }: Suite,
  { directory, ledgers, unlock }: Bank,
  name: string,
  runtime: Runtime,
): Child {
  const argument = {
    directory,
    unlock,
    ledger: join(ledgers, name),
    name,
    seed: random.below(2 ** 31),
    durability: random.pick(["full", "relaxed"]),
    settle: random.pick(["commit", "background"]),
  } satisfies InferInput<typeof WriterArgument>;
  return new Child("bank-writer", argument, runtime, folder);
}
