import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { commands, say } from "../harness/parent.ts";
import { Argument, FOLDERS, type Found, Page, textOf } from "./model.ts";

type Pages = BabaDB<typeof Page>;

/** Reads every page when asked: with a database that stays open across rotations (`"same"`), or a new one. */
export async function run(argument: unknown): Promise<void> {
  const options = { ...v.parse(Argument, argument), logging: false } as const;
  const open = new BabaDB(Page, options);
  for await (const command of commands()) {
    if (command === "same") say(await readAll(open));
    else say(await readAnew(new BabaDB(Page, options), command === "verify"));
  }
  await open.close();
}

/** Reads every page, verifies the store if asked, and closes the database. */
export async function readAnew(db: Pages, verify: boolean): Promise<Found> {
  try {
    const found = await readAll(db);
    if (!verify) return found;
    const { problems } = await db.verify();
    return {
      ...found,
      wrong: [...found.wrong, ...problems.map(({ filename, code }) => `${filename}: ${code}`)],
    };
  } finally {
    await db.close();
  }
}

async function readAll(db: Pages): Promise<Found> {
  const wrong: string[] = [];
  const pages = await db.asyncSession(async (session) => {
    let count = 0;
    for (const folder of FOLDERS) {
      for await (const { filename, record } of session.stream(folder)) {
        count++;
        if (record.text !== textOf(record.id)) wrong.push(`${filename}: another text`);
      }
    }
    return count;
  });
  return { pages, wrong };
}
