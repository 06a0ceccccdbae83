import * as v from "valibot";

/** How a bank's store is unlocked; empty for a plain one. */
export const BankKey = v.union([v.strictObject({ identity: v.string() }), v.strictObject({})]);
export type BankKey = v.InferOutput<typeof BankKey>;

export const Account = v.object({ balance: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

/** One account's share in a transfer. */
const Move = v.object({
  account: v.string(),
  delta: v.pipe(v.number(), v.safeInteger()),
  /** 1 if the transfer opened the account, -1 if it closed it. */
  life: v.picklist([-1, 0, 1]),
});
export type Move = v.InferOutput<typeof Move>;

/** Written in the same commit as its effect: `transfers/<id>.baba`. */
export const Transfer = v.object({ id: v.string(), moves: v.array(Move) });
export type Transfer = v.InferOutput<typeof Transfer>;

export const TRANSFERS = "transfers";
/** Folders of permanent accounts. */
export const BRANCHES: readonly string[] = ["north", "south", "overseas/east", "overseas/west"];
/** Folders of accounts that come and go. */
export const STALLS: readonly string[] = ["stalls/0", "stalls/1", "stalls/2"];
const ACCOUNTS_EACH = 5;
const OPENING_BALANCE = 1000;

/** The initial accounts with their balances. */
export const OPENING: ReadonlyMap<string, number> = new Map(
  BRANCHES.flatMap((folder) => accountsOf(folder).map((name) => [name, OPENING_BALANCE] as const)),
);
/** The sum of all balances, which never changes. */
export const TOTAL: number = [...OPENING.values()].reduce((sum, balance) => sum + balance, 0);

/** The accounts that a folder may contain. */
export function accountsOf(folder: string): string[] {
  return Array.from({ length: ACCOUNTS_EACH }, (_, i) => `${folder}/a${i}.baba`);
}

export function transferName(id: string): string {
  return `${TRANSFERS}/${id}.baba`;
}
