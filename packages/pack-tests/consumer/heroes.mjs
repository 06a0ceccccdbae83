// heroes.ts in JavaScript, in a plain and a sealed store; shows that the packed package runs, and prints what
// it read.
import { existsSync, mkdtempSync } from "node:fs";
import { BabaDB, generateIdentity } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), name: v.string(), team: v.optional(v.string()) });

const folder = mkdtempSync("data-");

console.log(
  JSON.stringify({
    plain: await writeAndRead({ directory: `${folder}/plain` }),
    sealed: await writeAndRead({ directory: `${folder}/sealed`, identity: await generateIdentity() }),
    keyFile: existsSync(`${folder}/sealed/.baba/key.age`),
    from: import.meta.resolve("@baba/node"),
  }),
);

async function writeAndRead(options) {
  const db = new BabaDB(Hero, { logging: false, ...options });
  await db.asyncSession(async (session) => {
    await session.add({ id: 1, name: "Alice", team: "red" });
  });
  await db.close();
  const again = new BabaDB(Hero, { logging: false, ...options });
  const hero = await again.asyncSession((session) => session.get(Hero, "1.baba"));
  await again.close();
  return { hero, onDisk: existsSync(`${options.directory}/1.baba`) };
}
