// Values that JSON has no form for come back as they went in.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB, decode } from "@baba/node";
import * as v from "valibot";

const Sample = v.object({
  id: v.bigint(),
  taken: v.date(),
  raw: v.instance(Uint8Array),
  readings: v.map(v.string(), v.number()),
  flags: v.set(v.string()),
  drift: v.union([v.number(), v.nan()]),
});

const directory = await mkdtemp(join(tmpdir(), "baba-samples-"));
const db = new BabaDB(Sample, { directory, logging: false });

const name = await db.asyncSession((session) =>
  session.add({
    id: 9_007_199_254_740_993n, // more than a number can count
    taken: new Date("2026-01-31T12:00:00Z"),
    raw: new Uint8Array([0xba, 0xba, 0xdb]),
    readings: new Map([
      ["north", 1.5],
      ["south", Number.POSITIVE_INFINITY],
    ]),
    flags: new Set(["calibrated", "night"]),
    drift: -0,
  }),
);
console.log("file:", name);

const sample = await db.asyncSession((session) => session.get(name));
console.log("taken is a Date:", sample?.taken.toISOString());
console.log("raw is bytes:", sample?.raw);
console.log("south:", sample?.readings.get("south"));
console.log("night:", sample?.flags.has("night"));
console.log("drift keeps its sign:", Object.is(sample?.drift, -0));

await db.close();
console.log("in the file:", new TextDecoder().decode(decode(await readFile(join(directory, name)))));
await rm(directory, { recursive: true });
