import assert from "node:assert/strict";
import { decode } from "@baba/core";
import * as v from "valibot";
import { BabaDB } from "./index.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice" };
const VECTORS = new URL("../../../vectors/python-babadb/", import.meta.url);

const inFolder = (name: string, work: (directory: string) => Promise<void>) =>
  Deno.test(`BabaDB ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "baba-db-" });
    try {
      await work(directory);
    } finally {
      await Deno.remove(directory, { recursive: true }).catch(() => undefined);
    }
  });
const json = (path: string): unknown => JSON.parse(new TextDecoder().decode(decode(Deno.readFileSync(path))));

inFolder("keeps each record as one .baba file that holds its JSON", async (directory) => {
  const db = new BabaDB(Hero, { directory, logging: false });
  await db.asyncSession(async (session) => {
    await session.add(alice);
    await session.add({ id: 2, name: "Zoë 🦸" }, "heroes/zoe.baba");
  });
  assert.deepEqual(json(`${directory}/1.baba`), alice);
  assert.deepEqual(json(`${directory}/heroes/zoe.baba`), { id: 2, name: "Zoë 🦸" });
  await db.close();
  const again = new BabaDB(Hero, { directory, logging: false });
  assert.deepEqual(await again.asyncSession((session) => session.get("1.baba")), alice);
  await again.close();
});

inFolder("opens a folder that the Python package wrote", async (directory) => {
  const manifest: { file: string; valid: boolean; json?: string }[] = JSON.parse(
    Deno.readTextFileSync(new URL("manifest.json", VECTORS)),
  );
  for (const { file } of manifest) await Deno.copyFile(new URL(file, VECTORS), `${directory}/${file}`);
  const Any = v.looseObject({});
  const db = new BabaDB(Any, { directory, logging: false });
  await db.asyncSession(async (session) => {
    assert.equal(await session.count(), manifest.length);
    for (const { file, valid, json: text } of manifest) {
      const got: unknown = await session.get(file).catch((error: unknown) => error);
      if (valid) assert.deepEqual(got, v.parse(Any, JSON.parse(text ?? "")), file);
      else assert.equal(Reflect.get(Object(got), "record"), file);
    }
  });
  await db.close();
});

inFolder("goes on when a test has set the timers and the clock aside", async (directory) => {
  const { setTimeout: realTimeout, Date: RealDate } = globalThis;
  const Visit = v.object({ id: v.number(), at: v.date() });
  const db = new BabaDB(Visit, { directory, logging: false });
  Reflect.set(globalThis, "setTimeout", () => 0);
  Reflect.set(globalThis, "Date", class extends RealDate {});
  try {
    const count = async () =>
      db.asyncSession(async (session) => {
        const { id } = (await session.get("count.baba")) ?? { id: 0 };
        await session.add({ id: id + 1, at: new Date() }, "count.baba");
      });
    // Those that conflict wait before they run again.
    await Promise.all(Array.from({ length: 8 }, count));
    assert.equal((await db.asyncSession((session) => session.get("count.baba")))?.id, 8);
    await db.close();
  } finally {
    globalThis.setTimeout = realTimeout;
    globalThis.Date = RealDate;
  }
});
