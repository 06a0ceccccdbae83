import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { BabaDB, LockedError } from "@baba/node";
import * as v from "valibot";
import { say, stopSignal } from "../harness/parent.ts";
import { Chance } from "../harness/suite.ts";
import { Account, BankKey, Transfer, transferName } from "./model.ts";
import { moveMoney } from "./moves.ts";

/** What a writer is told when it is started. */
export const WriterArgument = v.object({
  directory: v.string(),
  /** Its own file, outside the store: every acknowledged transfer, one line of JSON each. */
  ledger: v.string(),
  /** Of all writers that ever run, this one's alone. */
  name: v.string(),
  seed: v.number(),
  durability: v.picklist(["full", "relaxed"]),
  settle: v.picklist(["commit", "background"]),
  unlock: BankKey,
});

/** Sessions open at the same time, so that commits of one process meet in one write. */
const LANES = 2;

/** Moves money until it is stopped or killed. */
export async function run(argument: unknown): Promise<void> {
  const { directory, ledger, name, seed, durability, settle, unlock } = v.parse(WriterArgument, argument);
  const db = new BabaDB(Account, { directory, durability, settle, logging: false, ...unlock });
  const stop = stopSignal();
  const descriptor = openSync(ledger, "ax");
  let acknowledged = 0;
  const acknowledge = (transfer: Transfer): void => {
    writeSync(descriptor, `${JSON.stringify(transfer)}\n`);
    fdatasyncSync(descriptor);
    if (acknowledged++ === 0) say({});
  };
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      const random = new Chance(seed + lane);
      for (let count = 0; !stop.aborted; count++) {
        const transfer = await commitOne(db, `${name}-${lane}-${count}`, random).catch(unlessBusy);
        if (transfer !== undefined && transfer.moves.length > 0) acknowledge(transfer);
      }
    }),
  );
  await db.close();
}

/** Six writers on a slow disk may keep one waiting for longer than it does; it has committed nothing then. */
function unlessBusy(error: unknown): undefined {
  if (!(error instanceof LockedError)) throw error;
}

/** The transfer as it was committed; without moves where there was nothing to do. */
function commitOne(db: BabaDB<typeof Account>, id: string, random: Chance): Promise<Transfer> {
  return db.asyncSession(async (session) => {
    const transfer = { id, moves: await moveMoney(session, random) };
    if (transfer.moves.length > 0) await session.add(Transfer, transfer, transferName(id));
    return transfer;
  });
}
