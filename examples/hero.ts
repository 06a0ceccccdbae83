// The first lesson: a model, a database, two sessions.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), name: v.string(), team: v.optional(v.string()) });

const directory = await mkdtemp(join(tmpdir(), "baba-hero-"));
const db = new BabaDB(Hero, { directory });

await db.asyncSession(async (session) => {
  await session.add({ id: 1, name: "Alice", team: "red" }); // 1.baba
  await session.add({ id: 2, name: "Bob" }, "heroes/bob.baba"); // a name of your own, in a folder
}); // committed here, all or nothing

await db.asyncSession(async (session) => {
  const alice = await session.get("1.baba"); // typed; undefined if there is no such record
  console.log("1.baba:", alice);

  const reds = await session.filter(".", { team: "red" });
  console.log("red team:", reds.map((hero) => hero.name).join(", "));

  await session.delete("1.baba");
  console.log("seen by the session that deleted it:", await session.get("1.baba"));
});

await db.asyncSession(async (session) => {
  console.log("left in the folder heroes:", await session.all("heroes"));
});

await db.close();
await rm(directory, { recursive: true });
