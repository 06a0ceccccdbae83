import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { codeOf, commands, say } from "../harness/parent.ts";
import { FOLDERS, type Found, Item, Request, VISITS } from "./model.ts";

/** Opens one directory after another and reports what it finds. */
export async function run(): Promise<void> {
  let db: BabaDB<typeof Item> | undefined;
  for await (const line of commands()) {
    const request = v.parse(Request, line);
    await db?.close();
    db = undefined;
    if (request.act === "open") db = new BabaDB(Item, { directory: request.directory, logging: false });
    say(db === undefined || request.act !== "open" ? {} : await find(db, request.visit));
  }
  await db?.close();
}

async function find(db: BabaDB<typeof Item>, visit: string | undefined): Promise<Found> {
  try {
    const items = await readAll(db);
    if (visit !== undefined) await leave(db, visit);
    return { items };
  } catch (error) {
    // A store that refuses reads must also refuse writes.
    const codes = [codeOf(error)];
    if (visit !== undefined) codes.push(await leave(db, visit).then(() => "nothing", codeOf));
    return { error: [...new Set(codes)].join(", then ") };
  }
}

function readAll(db: BabaDB<typeof Item>): Promise<Record<string, number>> {
  return db.asyncSession(async (session) => {
    const items: Record<string, number> = {};
    for (const folder of FOLDERS) {
      for await (const { filename, record } of session.stream(folder)) items[filename] = record.version;
    }
    return items;
  });
}

async function leave(db: BabaDB<typeof Item>, visit: string): Promise<void> {
  await db.asyncSession((session) => session.add({ version: 0, text: "" }, `${VISITS}/${visit}.baba`));
}
