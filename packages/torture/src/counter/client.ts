import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { commands, say } from "../harness/parent.ts";
import { ClientArgument, type ClientReport, COUNTER, Counter } from "./model.ts";

/** Once told to begin, increments the counter the given number of times, each in its own session. */
export async function run(argument: unknown): Promise<void> {
  const { directory, increments, settle } = v.parse(ClientArgument, argument);
  const db = new BabaDB(Counter, { directory, settle, logging: false });
  say({});
  for await (const _ of commands()) break;
  let runs = 0;
  for (let i = 0; i < increments; i++) {
    await db.asyncSession(async (session) => {
      runs++;
      const counter = await session.get(COUNTER);
      await session.update({ count: (counter?.count ?? 0) + 1 }, COUNTER);
    });
  }
  await db.close();
  say({ runs } satisfies ClientReport);
}
