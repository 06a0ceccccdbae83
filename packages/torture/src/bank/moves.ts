import type { AsyncSession } from "@baba/node";
import type { Chance } from "../harness/chance.ts";
import { type Account, accountsOf, BRANCHES, type Move, STALLS } from "./model.ts";

type BankSession = AsyncSession<typeof Account>;
const LARGEST_AMOUNT = 50;

/** Queues one random movement of money; returns its moves, none if there was nothing to do. */
export async function moveMoney(session: BankSession, random: Chance): Promise<Move[]> {
  const dice = random.share();
  if (dice < 0.7) return transfer(session, anyBranchAccount(random), anyBranchAccount(random), random);
  if (dice < 0.85) return transfer(session, anyBranchAccount(random), anyStallAccount(random), random);
  if (dice < 0.95) return closeAccount(session, anyStallAccount(random), anyBranchAccount(random));
  return closeStall(session, random.pick(STALLS), anyBranchAccount(random));
}

/** Moves some money, and opens the receiving account if it does not exist. */
async function transfer(session: BankSession, from: string, to: string, random: Chance): Promise<Move[]> {
  const amount = 1 + random.below(LARGEST_AMOUNT);
  const [payer, payee] = [await session.get(from), await session.get(to)];
  if (payer === undefined || payer.balance < amount || from === to) return [];
  await session.update({ balance: payer.balance - amount }, from);
  await session.update({ balance: (payee?.balance ?? 0) + amount }, to);
  return [
    { account: from, delta: -amount, life: 0 },
    { account: to, delta: amount, life: payee === undefined ? 1 : 0 },
  ];
}

async function closeAccount(session: BankSession, closed: string, to: string): Promise<Move[]> {
  const account = await session.get(closed);
  if (account === undefined || !(await session.delete(closed))) return [];
  const move = { account: closed, delta: -account.balance, life: -1 } as const;
  return [move, await pay(session, to, account.balance)];
}

/** Closes every account that a folder lists. */
async function closeStall(session: BankSession, stall: string, to: string): Promise<Move[]> {
  const moves: Move[] = [];
  let sum = 0;
  for await (const { filename, record } of session.stream(stall)) {
    await session.delete(filename);
    moves.push({ account: filename, delta: -record.balance, life: -1 });
    sum += record.balance;
  }
  return moves.length === 0 ? [] : [...moves, await pay(session, to, sum)];
}

/** Pays into a branch's account, which always exists. */
async function pay(session: BankSession, to: string, amount: number): Promise<Move> {
  const payee = await session.get(to);
  if (payee === undefined) throw new Error(`The account ${to} is gone.`);
  await session.update({ balance: payee.balance + amount }, to);
  return { account: to, delta: amount, life: 0 };
}

function anyBranchAccount(random: Chance): string {
  return random.pick(accountsOf(random.pick(BRANCHES)));
}

function anyStallAccount(random: Chance): string {
  return random.pick(accountsOf(random.pick(STALLS)));
}
