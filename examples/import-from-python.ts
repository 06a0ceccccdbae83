// Files that the Python package babadb wrote open here as they are.
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({
  id: v.number(),
  name: v.string(),
  email: v.optional(v.pipe(v.string(), v.email())),
  age: v.optional(v.number()),
  team: v.optional(v.string()),
  tags: v.optional(v.array(v.string()), []),
  bio: v.optional(v.string()),
});

// Work on a copy: the first commit makes a folder .baba beside the records.
const source = fileURLToPath(new URL("../../vectors/python-babadb/", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "baba-python-"));
for (const name of ["1.baba", "hero-42.baba", "hero-43.baba", "not-utf8.baba"]) {
  await copyFile(join(source, name), join(directory, name));
}

const db = new BabaDB(Hero, { directory, logLevel: "error" });
await db.asyncSession(async (session) => {
  // One of the files is damaged on purpose: without "skip" this call would throw and name it.
  const heroes = await session.all(".", Hero, { unreadable: "skip" });
  for (const hero of heroes) {
    console.log(`${hero.name.padEnd(8)}  ${hero.team ?? "no team"}  ${hero.tags.join(", ")}`);
  }
  await session.update({ id: 1, name: "Alice", team: "red" });
});
await db.asyncSession(async (session) => console.log("updated:", await session.get("1.baba")));

await db.close();
await rm(directory, { recursive: true });
