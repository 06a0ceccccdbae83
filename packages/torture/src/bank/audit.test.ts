import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AsyncSession, BabaDB, encode } from "@baba/node";
import { expect, test } from "vitest";
import { newFolders, Verdict } from "../harness/planted.fixture.ts";
import { audit, auditFiles } from "./audit.ts";
import { Account, type Move, OPENING, Transfer, transferName } from "./model.ts";

type Session = AsyncSession<typeof Account>;
type Bank = { readonly directory: string; readonly ledgers: string };

const newFolder = newFolders();
const [PAYER, PAYEE, STALL] = ["north/a0.baba", "south/a0.baba", "stalls/0/a0.baba"];
const PAID: Transfer = { id: "paid", moves: [move(PAYER, -10), move(PAYEE, 10)] };
const OPENED: Transfer = { id: "opened", moves: [move(PAYER, -20), move(STALL, 20, 1)] };

/** What is done to a sound bank, and the sentence that must tell of it. */
const IN_THE_BOOKS: readonly (readonly [string, RegExp, (session: Session) => Promise<unknown>])[] = [
  ["money is gone", /the accounts hold 19999/, (session) => session.update({ balance: 969 }, PAYER)],
  ["an account is gone", /the accounts hold 19980/, (session) => session.delete(STALL)],
  [
    "money moved without a transfer",
    /balances are not what the transfers make: north\/a0\.baba has 969 and not 970/,
    async (session) => {
      await session.update({ balance: 969 }, PAYER);
      await session.update({ balance: 1011 }, PAYEE);
    },
  ],
  [
    "a transfer moved no money",
    /balances are not what the transfers make/,
    (session) => add(session, { id: "idle", moves: PAID.moves }),
  ],
  [
    "an account was opened twice",
    /stalls\/0\/a0\.baba has 20 and not NaN/,
    (session) => add(session, { id: "twice", moves: [move(STALL, 0, 1)] }),
  ],
  [
    "an account was closed that was none",
    /stalls\/1\/a0\.baba has undefined and not NaN/,
    (session) => add(session, { id: "closed", moves: [move("stalls/1/a0.baba", 0, -1)] }),
  ],
  [
    "an acknowledged transfer is lost, with its effects",
    /acknowledged transfers are lost or changed: paid/,
    async (session) => {
      await session.delete(transferName("paid"));
      await session.update({ balance: 980 }, PAYER);
      await session.update({ balance: 1000 }, PAYEE);
    },
  ],
  [
    "an acknowledged transfer is another",
    /acknowledged transfers are lost or changed: paid/,
    (session) => session.update(Transfer, { ...PAID, moves: [] }, transferName("paid")),
  ],
];

const IN_THE_FILES: readonly (readonly [string, RegExp, (directory: string) => void])[] = [
  [
    "lacks a record",
    /22 files are there, and sessions see 23/,
    (directory) => rmSync(join(directory, PAYEE)),
  ],
  [
    "is of no record",
    /24 files are there, and sessions see 23/,
    (directory) => put(directory, "north/a9.baba", { balance: 0 }),
  ],
  ["is older", /not what sessions see: north\/a0/, (directory) => put(directory, PAYER, { balance: 1000 })],
];

test.each(IN_THE_BOOKS)("audit() finds that %s", async (_what, sentence, plant) => {
  const bank = await soundBank();
  await inBank(bank, plant);
  expect((await audited(bank)).broken.join("; ")).toMatch(sentence);
});

test.each(IN_THE_FILES)("auditFiles() finds a file that %s", async (_what, sentence, plant) => {
  const bank = await soundBank();
  const { books } = await audited(bank);
  plant(bank.directory);
  const verdict = new Verdict();
  await auditFiles(bank.directory, books, {}, verdict.check);
  expect(verdict.broken.join("; ")).toMatch(sentence);
});

test("audit() and auditFiles() find nothing in a sound bank, with a line that a kill cut off", async () => {
  const bank = await soundBank();
  const { books, broken } = await audited(bank);
  expect(broken).toEqual([]);
  expect([books.transfers.size, books.balances.size]).toEqual([2, 21]);
  const verdict = new Verdict();
  await auditFiles(bank.directory, books, {}, verdict.check);
  expect(verdict.broken).toEqual([]);
});

async function audited({ directory, ledgers }: Bank) {
  const verdict = new Verdict();
  return { books: await audit(directory, ledgers, {}, verdict.check), broken: verdict.broken };
}

/** A bank in which money was paid, and an account opened. */
async function soundBank(): Promise<Bank> {
  const folder = newFolder();
  const bank = { directory: join(folder, "store"), ledgers: join(folder, "ledgers") };
  mkdirSync(bank.ledgers);
  const lines = [PAID, OPENED].map((transfer) => JSON.stringify(transfer));
  writeFileSync(join(bank.ledgers, "writer"), `${lines.join("\n")}\n{"id":"cut o`);
  await inBank(bank, async (session) => {
    for (const [name, balance] of OPENING) await session.add({ balance }, name);
    await session.update({ balance: 970 }, PAYER);
    await session.update({ balance: 1010 }, PAYEE);
    await session.add({ balance: 20 }, STALL);
    for (const transfer of [PAID, OPENED]) await add(session, transfer);
  });
  return bank;
}

async function inBank({ directory }: Bank, work: (session: Session) => Promise<unknown>): Promise<void> {
  const db = new BabaDB(Account, { directory, logging: false });
  await db.asyncSession(work);
  await db.close();
}

function add(session: Session, transfer: Transfer): Promise<unknown> {
  return session.add(Transfer, transfer, transferName(transfer.id));
}

function move(account: string, delta: number, life: Move["life"] = 0): Move {
  return { account, delta, life };
}

function put(directory: string, name: string, record: object): void {
  writeFileSync(join(directory, name), encode(new TextEncoder().encode(JSON.stringify(record))));
}
