import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { ClientArgument, COUNTER, Counter } from "./model.ts";

/** Increments the counter the given number of times, each in its own session. */
export async function run(argument: unknown): Promise<void> {
  const { directory, increments, settle } = v.parse(ClientArgument, argument);
  const db = new BabaDB(Counter, { directory, settle, logging: false });
  for (let i = 0; i < increments; i++) {
    await db.asyncSession(async (session) => {
      const counter = await session.get(COUNTER);
      await session.update({ count: (counter?.count ?? 0) + 1 }, COUNTER);
    });
  }
  await db.close();
}
