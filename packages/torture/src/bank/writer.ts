import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { BabaDB, LockedError } from "@baba/node";
import * as v from "valibot";
import { Chance } from "../harness/chance.ts";
import { say, stopSignal } from "../harness/parent.ts";
import { Account, BankKey, Transfer, transferName } from "./model.ts";
import { moveMoney } from "./moves.ts";

/** A writer's argument. */
export const WriterArgument = v.object({
  directory: v.string(),
  /** The writer's own file, outside the store, with a line of JSON per acknowledged transfer. */
  ledger: v.string(),
  /** Unique among all writers that ever run. */
  name: v.string(),
  seed: v.number(),
  durability: v.picklist(["full", "relaxed"]),
  settle: v.picklist(["commit", "background"]),
  unlock: BankKey,
});

/** Concurrent sessions, so that several commits of a process share a write. */
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

/** With six writers on a slow disk, one may time out waiting for the lock; it has committed nothing then. */
function unlessBusy(error: unknown): undefined {
  if (!(error instanceof LockedError)) throw error;
}

/** The committed transfer; without moves if there was nothing to do. */
function commitOne(db: BabaDB<typeof Account>, id: string, random: Chance): Promise<Transfer> {
  return db.asyncSession(async (session) => {
    const transfer = { id, moves: await moveMoney(session, random) };
    if (transfer.moves.length > 0) await session.add(Transfer, transfer, transferName(id));
    return transfer;
  });
}
