import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { ConflictError } from "../errors.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import type { BabaOptions } from "./options.ts";

const Hero = v.object({ id: v.number(), name: v.string(), team: v.optional(v.string()) });
const City = v.object({ id: v.string(), size: v.number() });
const alice = { id: 1, name: "Alice", team: "red" };
const bob = { id: 2, name: "Bob" };

function open(options: BabaOptions = {}, runtime: MemoryRuntime = memoryRuntime()) {
  return { db: new Database(Hero, { logging: false, ...options }, assemble(runtime)), runtime };
}

const failure = (code: string) => expect.objectContaining({ code });

describe("asyncSession(callback)", () => {
  test("commits on return, and gives back what the callback returns", async () => {
    const { db, runtime } = open();
    const names = await db.asyncSession(async (session) => [
      await session.add(alice),
      await session.add(bob, "heroes/bob.baba"),
    ]);
    expect(names).toEqual(["1.baba", "heroes/bob.baba"]);
    await db.close();
    const again = open({}, runtime).db;
    await again.asyncSession(async (session) => {
      expect(await session.get("1.baba")).toEqual(alice);
      expect(await session.get("heroes/bob.baba")).toEqual(bob);
      expect(await session.get("none.baba")).toBeUndefined();
    });
    await again.close();
  });

  test("discards everything when the callback throws", async () => {
    const { db } = open();
    const work = db.asyncSession(async (session) => {
      await session.add(alice);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await db.asyncSession((session) => session.count())).toBe(0);
    await db.close();
  });

  test("awaits calls that were not awaited, and fails with their failure", async () => {
    const { db } = open();
    await db.asyncSession(async (session) => {
      void session.add(alice);
      void session.add(bob);
    });
    expect(await db.asyncSession((session) => session.count())).toBe(2);
    const wrong: unknown = { id: 3 };
    const work = db.asyncSession(async (session) => {
      void session.add({ id: 4, name: "Dora" });
      // @ts-expect-error the name is missing
      void session.add(wrong);
    });
    await expect(work).rejects.toEqual(failure("BABA_VALIDATION"));
    expect(await db.asyncSession((session) => session.exists("4.baba"))).toBe(false);
    await db.close();
  });

  test("goes on after a failure that the callback caught", async () => {
    const { db } = open();
    await db.asyncSession(async (session) => {
      const wrong: unknown = {};
      // @ts-expect-error not a hero
      await expect(session.add(wrong)).rejects.toEqual(failure("BABA_VALIDATION"));
      await session.add(alice);
    });
    expect(await db.asyncSession((session) => session.count())).toBe(1);
    await db.close();
  });

  test("runs the callback again on conflicts until the sum is right", async () => {
    const { db } = open();
    await db.asyncSession((session) => session.add({ id: 0, name: "0" }));
    const increment = () =>
      db.asyncSession(async (session) => {
        const counter = await session.get("0.baba");
        await session.update({ id: 0, name: String(Number(counter?.name) + 1) });
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await db.asyncSession((session) => session.get("0.baba"))).toEqual({ id: 0, name: "20" });
    await db.close();
  });

  test("throws the ConflictError if retries is 0, and after a commit inside", async () => {
    const { db } = open();
    await db.asyncSession((session) => session.add(alice));
    const collide = async (inside: boolean, retries?: number) =>
      db.asyncSession(
        async (session) => {
          if (inside) {
            await session.add(bob);
            await session.commit();
          }
          await session.get("1.baba");
          await db.asyncSession((other) => other.update({ ...alice, team: "blue" }));
          await session.update({ ...alice, team: "green" });
        },
        retries === undefined ? undefined : { retries },
      );
    await expect(collide(false, 0)).rejects.toBeInstanceOf(ConflictError);
    await expect(collide(true)).rejects.toBeInstanceOf(ConflictError);
    expect(await db.asyncSession((session) => session.get("1.baba"))).toEqual({ ...alice, team: "blue" });
    await db.close();
  });

  test("ends its session with the callback, after which the session refuses every call", async () => {
    const { db } = open();
    const session = await db.asyncSession(async (inner) => inner);
    await expect(session.add(alice)).rejects.toEqual(failure("BABA_SESSION_CLOSED"));
    await expect(session.commit()).rejects.toEqual(failure("BABA_SESSION_CLOSED"));
    expect(() => session.rollback()).toThrow(failure("BABA_SESSION_CLOSED"));
    await db.close();
  });
});

describe("asyncSession()", () => {
  test("commits when told, and goes on", async () => {
    const { db } = open();
    const session = db.asyncSession();
    await session.add(alice);
    await session.commit();
    await session.add(bob);
    session.rollback();
    await session.commit();
    expect(await session.count()).toBe(1);
    await db.close();
  });

  test("discards what was not committed when it is disposed of, with one warning, even twice at once", async () => {
    const { db, runtime } = open({ logging: undefined });
    {
      await using session = db.asyncSession();
      await session.add(alice);
      void session[Symbol.asyncDispose]();
    }
    expect(await db.asyncSession((session) => session.count())).toBe(0);
    expect(
      runtime.terminalLines.filter((line) => line.includes("(WARNING)") && line.includes("commit()")),
    ).toHaveLength(1);
    await db.close();
  });
});

describe("AsyncSession", () => {
  test("sees its own pending changes in every read", async () => {
    const { db } = open();
    await db.asyncSession((session) => session.add(alice));
    await db.asyncSession(async (session) => {
      void session.add(bob);
      void session.update({ ...alice, name: "Alicia" });
      expect(await session.get("2.baba")).toEqual(bob);
      expect(await session.all()).toEqual([{ ...alice, name: "Alicia" }, bob]);
      expect(await session.delete("1.baba")).toBe(true);
      expect(await session.delete("1.baba")).toBe(false);
      expect(await session.get("1.baba")).toBeUndefined();
      expect(await session.exists("1.baba")).toBe(false);
      expect(await session.count()).toBe(1);
      expect(await session.filter(".", { name: "Bob" })).toEqual([bob]);
      const streamed: string[] = [];
      for await (const { filename, record } of session.stream()) streamed.push(`${filename} ${record.name}`);
      expect(streamed).toEqual(["2.baba Bob"]);
    });
    await db.close();
  });

  test("add() takes the last of two adds of one name", async () => {
    const { db } = open();
    await db.asyncSession(async (session) => {
      await Promise.all([session.add(alice), session.add({ ...alice, name: "Alicia" })]);
    });
    expect(await db.asyncSession((session) => session.get("1.baba"))).toEqual({ ...alice, name: "Alicia" });
    await db.close();
  });

  test("get(), all() and filter() work with several schemas, objects, functions and type guards", async () => {
    const { db } = open();
    await db.asyncSession(async (session) => {
      await session.add(City, { id: "paris", size: 2 }, "cities/paris.baba");
      await session.add(City, { id: "oslo", size: 1 }, "cities/oslo.baba");
      await session.add(alice);
    });
    await db.asyncSession(async (session) => {
      expect(await session.count("cities")).toBe(2);
      expect(await session.all("cities", City)).toEqual([
        { id: "oslo", size: 1 },
        { id: "paris", size: 2 },
      ]);
      expect(await session.filter("cities", City, { size: 1 })).toEqual([{ id: "oslo", size: 1 }]);
      expect(await session.filter("cities", City, (city) => city.size > 1)).toEqual([
        { id: "paris", size: 2 },
      ]);
      type Team = v.InferOutput<typeof Hero> & { team: string };
      const inTeam = await session.filter(".", (hero): hero is Team => hero.team !== undefined);
      expect(inTeam.map((hero) => hero.team.toUpperCase())).toEqual(["RED"]);
      expect(await session.get(City, "cities/paris.baba")).toEqual({ id: "paris", size: 2 });
      expect(await session.all("nowhere")).toEqual([]);
    });
    await db.close();
  });

  test("all(), filter() and get() throw at an unreadable record, and skip it only when told, with an error logged", async () => {
    const { db, runtime } = open({ logging: undefined });
    await db.asyncSession(async (session) => {
      await session.add(alice);
      await session.add(City, { id: "paris", size: 2 }, "2.baba");
    });
    const mismatch = expect.objectContaining({ code: "BABA_SCHEMA_MISMATCH", record: "2.baba" });
    await expect(db.asyncSession((session) => session.all())).rejects.toEqual(mismatch);
    await expect(db.asyncSession((session) => session.filter(".", { id: 1 }))).rejects.toEqual(mismatch);
    await expect(db.asyncSession((session) => session.get("2.baba"))).rejects.toEqual(mismatch);
    const skip = { unreadable: "skip" } as const;
    await db.asyncSession(async (session) => {
      expect(await session.all(".", Hero, skip)).toEqual([alice]);
      expect(await session.all(".", undefined, skip)).toEqual([alice]);
      expect(await session.filter(".", { id: 1 }, skip)).toEqual([alice]);
      expect(await session.filter(".", ({ id }) => id === 1, skip)).toEqual([alice]);
    });
    expect(
      runtime.terminalLines.filter((line) => line.includes("Skipped") && line.includes("2.baba")),
    ).toHaveLength(4);
    await db.close();
  });

  test("stream() gives 300 records in order, and can be left early", async () => {
    const { db } = open();
    await db.asyncSession(async (session) => {
      for (let id = 100; id < 400; id++) void session.add({ id, name: `Hero ${id}` });
    });
    await db.asyncSession(async (session) => {
      const ids: number[] = [];
      for await (const { record } of session.stream()) ids.push(record.id);
      expect(ids).toEqual(Array.from({ length: 300 }, (_, i) => 100 + i));
      for await (const { filename } of session.stream()) {
        expect(filename).toBe("100.baba");
        break;
      }
    });
    await db.close();
  });

  test("add() refuses what cannot be kept, and nothing is written", async () => {
    const runtime = memoryRuntime();
    const Loose = v.looseObject({ id: v.unknown() });
    const db = new Database(Loose, { logging: false }, assemble(runtime));
    const cycle: Record<string, unknown> = { id: 1 };
    cycle.self = cycle;
    const cases: readonly [Record<string, unknown>, string | undefined, string][] = [
      [{ id: 1, f: () => 1 }, undefined, "BABA_UNSERIALIZABLE"],
      [{ id: 1, s: Symbol("s") }, undefined, "BABA_UNSERIALIZABLE"],
      [{ id: 1, a: [undefined] }, undefined, "BABA_UNSERIALIZABLE"],
      [cycle, undefined, "BABA_UNSERIALIZABLE"],
      [{ id: undefined }, undefined, "BABA_ID_MISSING"],
      [{ id: 1.5 }, undefined, "BABA_ID_MISSING"],
      [{ id: 1 }, "/absolute.baba", "BABA_NAME"],
      [{ id: "a/b" }, undefined, "BABA_NAME"],
    ];
    for (const [record, name, code] of cases) {
      await expect(
        db.asyncSession((session) => session.add({ id: record.id, ...record }, name)),
      ).rejects.toEqual(failure(code));
    }
    await db.asyncSession(async () => {});
    await db.close();
    expect(await memoryFileSystem(runtime.volumes.get(".")).list(".")).toBeUndefined();
  });
});
