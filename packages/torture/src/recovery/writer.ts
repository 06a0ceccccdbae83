import { appendFileSync } from "node:fs";
import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { Chance } from "../harness/chance.ts";
import { say } from "../harness/parent.ts";
import { type Changes, FOLDERS, Item, type LedgerLine, WriterArgument } from "./model.ts";

const ITEMS = 6;
/** The share of changes that delete. */
const DELETIONS = 0.2;

/** Commits changes, notes each in the ledger, and ends as instructed. */
export async function run(argument: unknown): Promise<void> {
  const { directory, ledger, seed, settle, commits, end } = v.parse(WriterArgument, argument);
  const note = (state: LedgerState, changes: Changes): void => {
    appendFileSync(ledger, `${JSON.stringify({ state, changes })}\n`);
  };
  const random = new Chance(seed);
  const db = new BabaDB(Item, { directory, settle, logging: false });
  for (let i = 0; i < commits; i++) {
    // The first commit only writes: if nothing was ever written, there is nothing to recover.
    const changes = plan(random, seed * 1000 + i, i === 0 ? 0 : DELETIONS);
    note("trying", changes);
    await commit(db, changes);
    note("acknowledged", changes);
    if (i === 0) say({});
  }
  if (end === "kill") process.kill(process.pid, "SIGKILL");
  await db.close();
}

type LedgerState = v.InferOutput<typeof LedgerLine>["state"];

function plan(random: Chance, version: number, deletions: number): Changes {
  const names = FOLDERS.flatMap((folder) => Array.from({ length: ITEMS }, (_, i) => `${folder}/i${i}.baba`));
  const chosen = random.shuffled(names).slice(0, 1 + random.below(5));
  return Object.fromEntries(chosen.map((name) => [name, random.share() < deletions ? null : version]));
}

async function commit(db: BabaDB<typeof Item>, changes: Changes): Promise<void> {
  await db.asyncSession(async (session) => {
    for (const [name, version] of Object.entries(changes)) {
      if (version === null) await session.delete(name);
      else await session.add({ version, text: `${version} `.repeat(1 + (version % 199)) }, name);
    }
  });
}
