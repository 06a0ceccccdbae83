import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BabaDB, decode, openRecordFile } from "@baba/node";
import * as v from "valibot";
import type { Suite } from "../harness/suite.ts";
import { recordFilesOf } from "../harness/tree.ts";
import { Account, type BankKey, BRANCHES, OPENING, STALLS, TOTAL, TRANSFERS, Transfer } from "./model.ts";

/** One consistent state of the bank. */
type Books = {
  readonly balances: ReadonlyMap<string, number>;
  readonly transfers: ReadonlyMap<string, Transfer>;
};

/** Reads the bank in one session of a new database, while others may be at work, and checks it. */
export async function audit(
  directory: string,
  ledgers: string,
  unlock: BankKey,
  check: Suite["check"],
): Promise<Books> {
  // In this order: the session must see what was acknowledged before it began.
  const acknowledged = readLedgers(ledgers);
  const db = new BabaDB(Account, { directory, logging: false, ...unlock });
  try {
    const books = await db.asyncSession(readBooks, { retries: 1 });
    checkBooks(books, acknowledged, check);
    return books;
  } finally {
    await db.close();
  }
}

/** Checks the files of a store that nobody has open, one by one, against what a session saw. */
export async function auditFiles(
  directory: string,
  books: Books,
  unlock: BankKey,
  check: Suite["check"],
): Promise<void> {
  const expected = new Map<string, unknown>(
    [...books.balances].map(([name, balance]) => [name, { balance }]),
  );
  for (const transfer of books.transfers.values()) expected.set(`${TRANSFERS}/${transfer.id}.baba`, transfer);
  const names = recordFilesOf(directory);
  check(
    names.length === expected.size,
    `${names.length} files are there, and sessions see ${expected.size} records`,
  );
  const wrong: string[] = [];
  for (const name of names) {
    const text = await contentOf(directory, name, unlock);
    if (text !== JSON.stringify(expected.get(name))) wrong.push(name);
  }
  check(wrong.length === 0, `files that are not what sessions see: ${wrong.join(", ")}`);
}

/** The JSON in a record's file. */
async function contentOf(directory: string, name: string, unlock: BankKey): Promise<string> {
  const file = readFileSync(join(directory, name));
  if (!("identity" in unlock)) return new TextDecoder().decode(decode(file));
  const keyFile = readFileSync(join(directory, ".baba", "key.age"));
  return JSON.stringify(await openRecordFile(file, name, { ...unlock, keyFile }));
}

async function readBooks(
  session: Parameters<Parameters<BabaDB<typeof Account>["asyncSession"]>[0]>[0],
): Promise<Books> {
  const balances = new Map<string, number>();
  const transfers = new Map<string, Transfer>();
  for (const folder of [...BRANCHES, ...STALLS]) {
    for await (const { filename, record } of session.stream(folder)) balances.set(filename, record.balance);
  }
  for (const transfer of await session.all(TRANSFERS, Transfer)) transfers.set(transfer.id, transfer);
  return { balances, transfers };
}

function checkBooks(books: Books, acknowledged: readonly Transfer[], check: Suite["check"]): void {
  const sum = [...books.balances.values()].reduce((total, balance) => total + balance, 0);
  check(sum === TOTAL, `the accounts hold ${sum} and not ${TOTAL}`);
  const lost = acknowledged.filter(({ id, moves }) => {
    return JSON.stringify(books.transfers.get(id)?.moves) !== JSON.stringify(moves);
  });
  check(
    lost.length === 0,
    `acknowledged transfers are lost or changed: ${lost.map(({ id }) => id).join(", ")}`,
  );
  const wrong = differences(books.balances, replay(books.transfers.values()));
  check(wrong.length === 0, `balances are not what the transfers make: ${wrong.join(", ")}`);
}

/** The balances after the transfers, in any order; `NaN` for an account opened or closed twice. */
function replay(transfers: Iterable<Transfer>): Map<string, number> {
  const balances = new Map(OPENING);
  const lives = new Map<string, number>([...OPENING.keys()].map((name) => [name, 1]));
  for (const { account, delta, life } of [...transfers].flatMap(({ moves }) => moves)) {
    balances.set(account, (balances.get(account) ?? 0) + delta);
    lives.set(account, (lives.get(account) ?? 0) + life);
  }
  for (const [account, alive] of lives) {
    if (alive !== 0 && alive !== 1) balances.set(account, Number.NaN);
    if (alive === 0 && balances.get(account) === 0) balances.delete(account);
  }
  return balances;
}

function differences(actual: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): string[] {
  const names = [...new Set([...actual.keys(), ...expected.keys()])];
  const wrong = names.filter((name) => actual.get(name) !== expected.get(name));
  return wrong.map((name) => `${name} has ${actual.get(name)} and not ${expected.get(name)}`);
}

/** A line without its newline was cut off by a kill, before its writer went on. */
function readLedgers(folder: string): Transfer[] {
  return readdirSync(folder).flatMap((name) => {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    lines.pop();
    return lines.map((line) => v.parse(Transfer, JSON.parse(line)));
  });
}
