import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { commands, say } from "../harness/parent.ts";
import { Argument, Page } from "./model.ts";

/** Rotates the data key, if asked, and re-seals every record, whenever asked. */
export async function run(argument: unknown): Promise<void> {
  const { directory, identity } = v.parse(Argument, argument);
  const db = await new BabaDB(Page, { directory, identity, logging: false }).open();
  say({});
  for await (const command of commands()) {
    if (command === "rotate") await db.rotateKey();
    const { problems } = await db.rewrap({ dropRetired: true });
    say({ problems: problems.length });
  }
  await db.close();
}
