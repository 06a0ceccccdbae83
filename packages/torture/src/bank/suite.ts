import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { BabaDB } from "@baba/node";
import type { InferInput } from "valibot";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { leftoversOf } from "../harness/tree.ts";
import { audit, auditFiles } from "./audit.ts";
import { Account, OPENING } from "./model.ts";
import type { WriterArgument } from "./writer.ts";

const KILLS = 500;
/** A bank's books grow, and are read whole after every round of kills. */
const KILLS_A_BANK = 25;
const WRITERS = 3;
/** How many of the rounds of kills wait until their victims have committed; the others meet them while they start or recover, too. */
const AT_WORK = 0.6;
/** Victims are killed within so long after that, in milliseconds. */
const LONGEST_LIFE = 150;

/** One bank: its folder, and who writes there. */
type Bank = { readonly directory: string; readonly ledgers: string; readonly writers: Child[] };

/** Processes that move money are killed at random instants; no money and no acknowledged transfer is lost. */
export async function bank(suite: Suite): Promise<void> {
  const wanted = suite.size(KILLS);
  let [kills, transfers] = [0, 0];
  for (let count = 0; kills < wanted; count++) {
    const outcome = await runBank(suite, count, Math.min(KILLS_A_BANK, wanted - kills));
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
): Promise<{ kills: number; transfers: number }> {
  const bank = await openBank(join(suite.folder, `bank-${count}`));
  let started = 0;
  const start = (): Child => startWriter(suite, bank, `${count}-${started++}`);
  bank.writers.push(...Array.from({ length: WRITERS }, start));
  let kills = 0;
  while (kills < wanted) {
    const victims = suite.random.shuffled(bank.writers).slice(0, 1 + suite.random.below(WRITERS));
    if (suite.random.share() < AT_WORK) await Promise.all(victims.map((victim) => victim.hasBegun()));
    await after(suite.random.below(LONGEST_LIFE));
    await Promise.all(victims.map((victim) => victim.kill()));
    kills += await countKilled(victims);
    await audit(bank.directory, bank.ledgers, suite.check);
    for (const victim of victims) bank.writers[bank.writers.indexOf(victim)] = start();
  }
  await Promise.all(bank.writers.map((writer) => writer.finish()));
  return { kills, transfers: await auditClosed(bank, suite) };
}

/** @throws where a writer had ended by itself, with its words */
async function countKilled(victims: readonly Child[]): Promise<number> {
  for (const victim of victims) {
    const { signal } = await victim.exited;
    if (signal !== "SIGKILL") throw new Error(`A writer ended before it was killed: ${victim.errors}`);
  }
  return victims.length;
}

async function auditClosed(bank: Bank, { check }: Suite): Promise<number> {
  const books = await audit(bank.directory, bank.ledgers, check);
  auditFiles(bank.directory, books, check);
  check(!leftoversOf(bank.directory).includes("lock"), "a closed store is locked");
  await commitOnce(bank.directory);
  const leftovers = leftoversOf(bank.directory);
  check(leftovers.length === 0, `the next writer leaves what killed ones left: ${leftovers.join(", ")}`);
  return books.transfers.size;
}

/** The first commit of a new writer removes what dead ones have left. */
async function commitOnce(directory: string): Promise<void> {
  const db = new BabaDB(Account, { directory, logging: false });
  await db.asyncSession((session) => session.add({ balance: 0 }, "closed.baba"));
  await db.close();
}

async function openBank(folder: string): Promise<Bank> {
  const bank = { directory: join(folder, "store"), ledgers: join(folder, "ledgers"), writers: [] };
  mkdirSync(bank.ledgers, { recursive: true });
  const db = new BabaDB(Account, { directory: bank.directory, logging: false });
  await db.asyncSession(async (session) => {
    for (const [name, balance] of OPENING) await session.add({ balance }, name);
  });
  await db.close();
  return bank;
}

function startWriter({ random }: Suite, { directory, ledgers }: Bank, name: string): Child {
  return new Child("bank-writer", {
    directory,
    ledger: join(ledgers, name),
    name,
    seed: random.below(2 ** 31),
    durability: random.pick(["full", "relaxed"]),
    settle: random.pick(["commit", "background"]),
  } satisfies InferInput<typeof WriterArgument>);
}
