import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice" };
const bob = { id: 2, name: "Bob" };
const open = () => new Database(Hero, { logging: false }, assemble(memoryRuntime()));

describe("calls that are not awaited", () => {
  test("take effect in the order in which they were called, a rollback and a commit too", async () => {
    const db = open();
    const session = db.asyncSession();
    void session.add(alice);
    session.rollback();
    void session.add(bob);
    void session.commit();
    void session.delete("2.baba");
    session.rollback();
    await session.commit();
    expect(await session.all()).toEqual([bob]);
    await db.close();
  });

  test("are forgotten by a rollback with their failures", async () => {
    const db = open();
    const session = db.asyncSession();
    const wrong: unknown = {};
    // @ts-expect-error not a hero
    void session.add(wrong);
    session.rollback();
    await session.add(alice);
    await session.commit();
    expect(await session.count()).toBe(1);
    await db.close();
  });

  test("show no read what was called after it", async () => {
    const db = open();
    await db.asyncSession(async (session) => {
      await session.add(alice);
      await session.add(bob);
    });
    await db.asyncSession(async (session) => {
      const before = [session.all(), session.count(), session.get("1.baba"), session.exists("2.baba")];
      void session.delete("1.baba");
      void session.delete("2.baba");
      expect(await Promise.all(before)).toEqual([[alice, bob], 2, alice, true]);
      expect(await session.all()).toEqual([]);
    });
    await db.close();
  });
});
