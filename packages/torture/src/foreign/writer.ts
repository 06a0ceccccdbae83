import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { Chance } from "../harness/chance.ts";
import { checked } from "./record.ts";

/** A writer's argument. */
export const WriterArgument = v.object({
  directory: v.string(),
  seed: v.number(),
  commits: v.number(),
  bulks: v.number(),
  settle: v.picklist(["commit", "background"]),
});

const Record = v.object({ id: v.number(), version: v.number(), text: v.string(), checksum: v.number() });
type RecordDB = BabaDB<typeof Record>;
const FOLDERS = [".", "a", "a/b", "c"];
const IDS = 40;
const BULK = 1000;
const LONGEST_TEXT = 3000;

/** A storm of commits: creates, updates and deletes a few records, and now and then a thousand. */
export async function run(argument: unknown): Promise<void> {
  const { directory, seed, commits, bulks, settle } = v.parse(WriterArgument, argument);
  const random = new Chance(seed);
  const db = new BabaDB(Record, { directory, settle, logging: false });
  const gap = Math.ceil(commits / (bulks + 1));
  for (let i = 1, bulk = 0; i <= commits; i++) {
    await change(db, random, i);
    if (i % gap === 0 && bulk < bulks) await changeMany(db, bulk++, i);
  }
  await db.close();
}

async function change(db: RecordDB, random: Chance, version: number): Promise<void> {
  await db.asyncSession(async (session) => {
    for (let left = 1 + random.below(4); left > 0; left--) {
      const id = random.below(IDS);
      const name = `${random.pick(FOLDERS)}/${id}.baba`.replace("./", "");
      if (random.share() < 0.3) await session.delete(name);
      else await session.add(checked(id, version, random.below(LONGEST_TEXT)), name);
    }
  });
}

/** Writes a thousand records, or deletes the previous ones. */
async function changeMany(db: RecordDB, bulk: number, version: number): Promise<void> {
  await db.asyncSession(async (session) => {
    for (let id = 0; id < BULK; id++) {
      if (bulk % 3 === 2) await session.delete(`bulk/${id}.baba`);
      else await session.add(checked(id, version, 100 + 50 * (bulk % 3)), `bulk/${id}.baba`);
    }
  });
}
