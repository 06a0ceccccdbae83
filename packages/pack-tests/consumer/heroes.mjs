// The same in JavaScript, and the proof that it is the tarball that runs. Prints what it read.
import { existsSync } from "node:fs";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), name: v.string(), team: v.optional(v.string()) });
const options = { directory: "data", logging: false };

const db = new BabaDB(Hero, options);
await db.asyncSession(async (session) => {
  await session.add({ id: 1, name: "Alice", team: "red" });
});
await db.close();

const again = new BabaDB(Hero, options);
const hero = await again.asyncSession((session) => session.get(Hero, "1.baba"));
await again.close();

console.log(
  JSON.stringify({ hero, onDisk: existsSync("data/1.baba"), from: import.meta.resolve("@baba/node") }),
);
