import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { Calls } from "./calls.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice" };
const bob = { id: 2, name: "Bob" };
const open = () => new Database(Hero, { logging: false }, assemble(memoryRuntime()));

describe("a session whose calls are not awaited", () => {
  test("add(), delete(), rollback() and commit() take effect in the order in which they were called", async () => {
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

  test("rollback() forgets the calls before it, with their failures", async () => {
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

  test("commit() counts calls in a Promise.all as awaited, and leaves their failure to it", async () => {
    const db = open();
    const session = db.asyncSession();
    const wrong: unknown = {};
    // @ts-expect-error not a hero
    const both = Promise.all([session.add(alice), session.add(wrong)]);
    const failed = expect(both).rejects.toMatchObject({ code: "BABA_VALIDATION" });
    await session.commit();
    await failed;
    expect(await session.all()).toEqual([alice]);
    await db.close();
  });

  test("all(), count(), get() and exists() do not see what was called after them", async () => {
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

/** A promise that ends on demand. */
function openEnd(): { readonly end: () => void; readonly reached: Promise<void> } {
  let end = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, reached };
}

describe("Calls.change()", () => {
  test("runs at once if nothing is under way, and after the changes and reads if something is", async () => {
    const calls = new Calls();
    const done: string[] = [];
    void calls.change(() => done.push("a change"));
    expect(done).toEqual(["a change"]);
    const [read, change] = [openEnd(), openEnd()];
    void calls.read(() => read.reached);
    void calls.change(() => {
      done.push("behind a read");
      return change.reached;
    });
    const last = calls.change(() => done.push("behind a change"));
    expect(done).toEqual(["a change"]);
    read.end();
    change.end();
    expect(await last).toBe(3);
    expect(done).toEqual(["a change", "behind a read", "behind a change"]);
  });

  test("runs what its own work calls after that work, whether it ends at once or later", async () => {
    for (const later of [false, true]) {
      const calls = new Calls();
      const done: string[] = [];
      const { end, reached } = openEnd();
      const inner: Promise<unknown>[] = [];
      const outer = calls.change(() => {
        inner.push(calls.change(() => done.push("its change")));
        inner.push(calls.read(() => done.push("its read")));
        inner.push(calls.change(() => done.push("its other change")));
        if (!later) return done.push("the work");
        return reached.then(() => done.push("the work"));
      });
      const next = calls.change(() => done.push("the next change"));
      for (let turn = 0; turn < 20; turn++) await undefined;
      expect(done.length).toBe(later ? 0 : 5);
      end();
      expect(await outer).toBe(1);
      expect(await Promise.all([...inner, next])).toEqual([2, 3, 4, 5]);
      const order = ["the work", "its change", "its read", "its other change", "the next change"];
      expect(done).toEqual(order);
    }
  });

  test("keeps the first failure that nobody waits for, at once or later, for conclude()", async () => {
    for (const late of [false, true]) {
      const calls = new Calls();
      const fail = (reason: string) => () => {
        if (late) return Promise.reject(new Error(reason));
        throw new Error(reason);
      };
      await expect(calls.change(fail("waited for"))).rejects.toThrow("waited for");
      expect(await calls.conclude(() => "nothing unseen")).toBe("nothing unseen");
      void calls.change(fail("unseen"));
      void calls.change(fail("another"));
      await expect(calls.conclude(() => "concluded")).rejects.toThrow("unseen");
      const seen = calls.change(fail("waited for later"));
      const concluded = calls.conclude(() => "concluded");
      await expect(seen).rejects.toThrow("waited for later");
      expect(await concluded).toBe("concluded");
    }
  });
});

describe("Calls.read()", () => {
  test("runs at once if no change is under way, and after the changes if one is", async () => {
    const calls = new Calls();
    const done: string[] = [];
    const first = calls.read(() => done.push("a read"));
    expect(done).toEqual(["a read"]);
    const change = calls.change(() => Promise.resolve().then(() => done.push("a change")));
    const second = calls.read(() => done.push("a read after it"));
    expect(done).toEqual(["a read"]);
    expect(await Promise.all([first, change, second])).toEqual([1, 2, 3]);
    expect(done).toEqual(["a read", "a change", "a read after it"]);
    await calls.idle();
    void calls.read(() => done.push("the last"));
    expect(done).toContain("the last");
  });

  test("keeps the first failure that nobody waits for, at once or later, for conclude()", async () => {
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
