import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./assemble.ts";
import { Calls } from "./calls.ts";
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

describe("Calls.read()", () => {
  test("runs at once where no change is under way, and after the changes where one is", async () => {
    const calls = new Calls();
    const done: string[] = [];
    const first = calls.read(() => done.push("a read"));
    expect(done).toEqual(["a read"]);
    const change = calls.change(async () => done.push("a change"));
    const second = calls.read(() => done.push("a read after it"));
    expect(done).toEqual(["a read"]);
    expect(await Promise.all([first, change, second])).toEqual([1, 2, 3]);
    expect(done).toEqual(["a read", "a change", "a read after it"]);
    await calls.idle();
    void calls.read(() => done.push("the last"));
    expect(done).toContain("the last");
  });

  test("keeps the first failure that nobody waits for, at once or later, for what concludes", async () => {
    const fail = (reason: string) => (): never => {
      throw new Error(reason);
    };
    for (const late of [false, true]) {
      const calls = new Calls();
      await expect(calls.read(fail("waited for"))).rejects.toThrow("waited for");
      void calls.read(late ? () => Promise.reject(new Error("unseen")) : fail("unseen"));
      void calls.read(fail("another"));
      await expect(calls.conclude(async () => "concluded")).rejects.toThrow(late ? "another" : "unseen");
      expect(await calls.conclude(async () => "concluded")).toBe("concluded");
    }
  });
});
