import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import type { AsyncSession } from "./session.ts";

/** More records than are read ahead. */
const COUNT = 1000;
const Item = v.object({ id: v.string(), text: v.string() });
type Session = AsyncSession<typeof Item>;

const ids = Array.from({ length: COUNT }, (_, i) => String(i).padStart(4, "0"));
let db: Database<typeof Item>;
beforeEach(async () => {
  db = new Database(Item, { logging: false }, assemble(memoryRuntime()));
  await db.asyncSession(async (session) => {
    for (const id of ids) await session.add({ id, text: "old" });
  });
});

/** The texts of a stream, with `change` called during its first record. */
async function streamed(session: Session, change: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { record } of session.stream()) if (texts.push(record.text) === 1) await change();
  session.rollback();
  return texts;
}

/** A folder that was read completely is cached, and streamed from the cache. */
describe.each([false, true])("stream() of a folder that is kept: %s", (kept) => {
  beforeEach(async () => {
    if (kept) await db.asyncSession((session) => session.all());
  });

  test("gives no record that the session has deleted meanwhile", async () => {
    await db.asyncSession(async (session) => {
      const found = await streamed(session, async () => {
        for (const id of ids.slice(1, -1)) await session.delete(`${id}.baba`);
      });
      expect(found).toEqual(["old", "old"]);
    });
  });

  test("gives the records that the session has changed meanwhile as they are now", async () => {
    await db.asyncSession(async (session) => {
      const found = await streamed(session, async () => {
        for (const id of ids.slice(1)) await session.update({ id, text: "new" });
      });
      expect(found).toEqual(["old", ...ids.slice(1).map(() => "new")]);
    });
  });

  test("gives no record as it was before a rollback or a call that nobody awaited", async () => {
    await db.asyncSession(async (session) => {
      await session.update({ id: "0001", text: "new" });
      const texts: string[] = [];
      const pending: Promise<unknown>[] = [];
      for await (const { record } of session.stream()) {
        if (texts.push(record.text) === 1) session.rollback();
        if (texts.length === 3) for (const id of ids.slice(3, -1)) pending.push(session.delete(`${id}.baba`));
      }
      expect(texts).toEqual(["old", "old", "old", "old"]);
      await Promise.all(pending);
    });
  });

  test("gives all records to each iteration, also beside another one or after a break", async () => {
    await db.asyncSession(async (session) => {
      const stream = session.stream();
      const found: string[][] = [[], [], []];
      for await (const { filename } of stream) if (found[0]?.push(filename) === 7) break;
      for await (const { filename } of stream) {
        if (found[1]?.push(filename) !== 500) continue;
        for await (const inner of stream) found[2]?.push(inner.filename);
      }
      const names = ids.map((id) => `${id}.baba`);
      expect(found).toEqual([names.slice(0, 7), names, names]);
      await session.delete("0000.baba");
      const again: string[] = [];
      for await (const { filename } of stream) again.push(filename);
      expect(again).toEqual(names.slice(1));
    });
  });

  test("gives what was changed, without an await, before the first record was asked for", async () => {
    await db.asyncSession(async (session) => {
      const stream = session.stream();
      for (const id of ids) void session.update({ id, text: "new" });
      const found: string[] = [];
      for await (const { record } of stream) found.push(record.text);
      expect(new Set(found)).toEqual(new Set(["new"]));
    });
  });
});

test("stream() across a rollback leaves no listing of the folder for a later commit to be judged by", async () => {
  await db.asyncSession(async (session) => {
    for (const id of ["1", "2"]) await session.add({ id, text: "old" }, `few/${id}.baba`);
  });
  const session = db.asyncSession();
  for await (const { filename } of session.stream("few")) if (filename === "few/1.baba") session.rollback();
  await db.asyncSession((other) => other.add({ id: "3", text: "new" }, "few/3.baba"));
  await session.add({ id: "4", text: "new" });
  await session.commit();
  expect(await session.count("few")).toBe(3);
  await session[Symbol.asyncDispose]();
});
