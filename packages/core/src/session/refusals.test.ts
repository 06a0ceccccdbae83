import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import { openRecordFile } from "./maintenance/record-file.ts";
import { add, NoteStore, type Notes, read, utf8 } from "./note-store.fixture.ts";
import type { AsyncSession } from "./session.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const Failing = v.pipe(
  v.object({ id: v.number() }),
  v.check((): boolean => {
    throw new Error("broken");
  }),
);
const alice = { id: 1, name: "Alice" };
const open = () => new Database(Hero, { logging: false }, assemble(memoryRuntime()));
const failure = (code: string) => expect.objectContaining({ code });

describe("an error of a call", () => {
  const broken = (key: PropertyKey): object =>
    Object.defineProperty({ id: 1 }, key, {
      enumerable: true,
      get: () => {
        throw new Error("broken");
      },
    });

  test("add() and filter() throw a typed one if a property of what was given throws", async () => {
    const db = new Database(v.any(), { logging: false }, assemble(memoryRuntime()));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const unreadable = { code: "BABA_UNSERIALIZABLE", cause: expect.any(Error) };
    await db.asyncSession(async (session) => {
      for (const record of [broken("then"), broken("id"), proxy])
        await expect(session.add(record)).rejects.toMatchObject(unreadable);
      await expect(session.add(broken("then"), "a.baba")).rejects.toMatchObject({
        ...unreadable,
        record: "a.baba",
      });
      await expect(session.add(broken("~standard"), "a.baba")).rejects.toMatchObject(unreadable);
      const where = { code: "BABA_OPTION", cause: expect.any(Error) };
      await expect(session.filter(".", broken("id"))).rejects.toMatchObject(where);
      await session.add({ id: 1, inner: {} });
      for (const inner of [broken("id"), proxy])
        await expect(session.filter(".", { inner })).rejects.toMatchObject(where);
      await session.delete("1.baba");
      expect(await session.count()).toBe(0);
    });
    await db.close();
  });

  test("add() names the record in it, also by its default name", async () => {
    const db = open();
    const Loose = v.looseObject({ id: v.number(), big: v.optional(v.pipe(v.string(), v.minLength(3))) });
    const Whole = v.pipe(
      v.object({ id: v.number(), big: v.string() }),
      v.check(({ big }) => big !== "x", "too small"),
    );
    const Nameless = v.pipe(
      v.object({ id: v.number(), big: v.string() }),
      v.transform(({ big }) => ({ big })),
    );
    const OneWay = v.object({ id: v.number(), at: v.pipe(v.string(), v.transform(Number)) });
    const cases: readonly [
      (session: AsyncSession<typeof Hero>) => Promise<unknown>,
      string,
      string | undefined,
    ][] = [
      [(session) => session.add(Loose, { id: 7, big: "x" }), "BABA_VALIDATION", "7.baba"],
      [(session) => session.add(Loose, { id: Number("x"), big: "x" }), "BABA_VALIDATION", undefined],
      // @ts-expect-error stored without its id, it would not have had the name
      [(session) => session.add(Nameless, { id: 7, big: "x" }), "BABA_ID_MISSING", undefined],
      [(session) => session.add(Whole, { id: 7, big: "x" }), "BABA_VALIDATION", "7.baba"],
      [(session) => session.add(Failing, { id: 7 }), "BABA_VALIDATION", "7.baba"],
      [(session) => session.add(Loose, { id: 7, no: () => 1 }), "BABA_UNSERIALIZABLE", "7.baba"],
      // biome-ignore lint/suspicious/noThenProperty: a record that would be taken for a promise
      [(session) => session.add(Loose, { id: 7, then: () => 1 }), "BABA_UNSERIALIZABLE", "7.baba"],
      // @ts-expect-error the compiler refuses it too
      [(session) => session.add(OneWay, { id: 7, at: "1" }), "BABA_NOT_LOADABLE", "7.baba"],
    ];
    for (const [work, code, record] of cases) {
      await expect(db.asyncSession(work)).rejects.toMatchObject({ code, record });
    }
    await db.close();
  });

  test("add() refuses a promise of a record, of which a schema of optional entries would store {}", async () => {
    const Settings = v.object({ theme: v.optional(v.string()) });
    const db = new Database(Settings, { logging: false }, assemble(memoryRuntime()));
    await db.asyncSession((session) => session.add({ theme: "dark" }, "own.baba"));
    const later: unknown = Promise.resolve({ theme: "light" });
    const Same = v.objectAsync(Settings.entries);
    const refused = {
      code: "BABA_UNSERIALIZABLE",
      record: "own.baba",
      message: "own.baba: The record is a promise, or would be taken for one: await it before adding it.",
    };
    await db.asyncSession(async (session) => {
      // @ts-expect-error a promise is no record
      await expect(session.update(later, "own.baba")).rejects.toMatchObject(refused);
      // @ts-expect-error a promise is no record
      await expect(session.add(Same, later, "own.baba")).rejects.toMatchObject(refused);
    });
    expect(await db.asyncSession((session) => session.get("own.baba"))).toEqual({ theme: "dark" });
    await db.close();
  });

  test("get() gives it a long name whole, and cuts the name in its message", async () => {
    const db = open();
    const name = `${"a/".repeat(150)}x.txt`;
    const error: unknown = await db
      .asyncSession((session) => session.get(name))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "BABA_NAME", record: name });
    expect(String(error)).not.toContain(name);
    await db.close();
  });

  describe("has the name as the caller has it, and escapes it in its message", () => {
    const name = `${"x".repeat(190)}/a family \u{1f468}\u200d\u{1f469}.baba`;
    let store: NoteStore;
    beforeEach(() => {
      store = new NoteStore();
    });
    const refused = async (work: Promise<unknown>, code: string) => {
      const error: unknown = await work.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, record: name });
      expect(String(error)).not.toContain("\u200d");
    };
    const problem = async (db: Notes) => {
      for (const { error } of (await db.verify()).problems) throw error;
    };

    test("from move(), verify() and get() in a sealed store", async () => {
      const db = store.open({ passphrase: "x" });
      await add(db, 1, name);
      await db.rotateKey();
      await add(db, 2);
      await refused(
        db.asyncSession((session) => session.move("2.baba", name)),
        "BABA_EXISTS",
      );
      await refused(problem(db), "BABA_KEY_RETIRED");
      await db.close();
      await store.put(name, await store.bytesOf("2.baba"));
      const again = store.open({ passphrase: "x" });
      await refused(read(again, name), "BABA_TAMPERED");
      await again.close();
    });

    test("from get() and verify() in a plain store, and from openRecordFile()", async () => {
      const db = store.open();
      await add(db, 1, name);
      await db.close();
      const locked = store.open({ passphrase: "x" });
      await refused(read(locked, name), "BABA_NOT_SEALED");
      await locked.close();
      await store.put(name, encode(utf8.encode("{")));
      const again = store.open();
      await refused(problem(again), "BABA_JSON");
      await again.close();
      const keys = { key: new Uint8Array(32) };
      await refused(openRecordFile(store.runtime, utf8.encode("no base 3"), name, keys), "BABA_CODEC");
    });
  });
});

describe("the arguments of all(), filter(), get(), add(), stream() and asyncSession()", () => {
  test("are refused with BABA_OPTION if they are no schema or no option, also in an empty folder", async () => {
    const db = open();
    const nothing: unknown = { unreadable: "skip" };
    const misspelt: unknown = { unreadible: "skip" };
    const unheardOf: unknown = { unreadable: "ignore" };
    const session = db.asyncSession();
    const cases: (() => Promise<unknown>)[] = [
      // @ts-expect-error options in the place of the schema
      () => session.all(".", nothing),
      // @ts-expect-error no such option
      () => session.all(".", Hero, misspelt),
      // @ts-expect-error no such value
      () => session.all(".", Hero, unheardOf),
      // @ts-expect-error no such value
      () => session.stream(".", Hero, unheardOf)[Symbol.asyncIterator]().next(),
      // @ts-expect-error options are an object
      () => session.filter(".", Hero, {}, 5),
      // @ts-expect-error not a schema
      () => session.get(nothing, "1.baba"),
      // @ts-expect-error not a schema
      () => session.add(nothing, alice, "1.baba"),
      // @ts-expect-error not a schema
      () => session.stream(".", nothing)[Symbol.asyncIterator]().next(),
      // @ts-expect-error no such option
      () => db.asyncSession(async () => undefined, { retry: 1 }),
    ];
    for (const call of cases) await expect(call(), String(call)).rejects.toEqual(failure("BABA_OPTION"));
    await db.close();
  });

  test("are refused with their order where a schema comes too late", async () => {
    const db = open();
    const session = db.asyncSession();
    const cases: (() => Promise<unknown>)[] = [
      // @ts-expect-error the schema behind `where`
      () => session.filter(".", { id: 1 }, Hero),
      // @ts-expect-error the schema behind `where`
      () => session.filter(".", { id: 1 }, Hero, { unreadable: "skip" }),
      // @ts-expect-error the schema behind the record
      () => session.add(alice, Hero),
      // @ts-expect-error the schema behind the record
      () => session.add(alice, Hero, "1.baba"),
      // @ts-expect-error the schema behind the name
      () => session.get("1.baba", Hero),
    ];
    const error = { code: "BABA_OPTION", message: expect.stringContaining("The schema comes before") };
    for (const call of cases) await expect(call(), String(call)).rejects.toMatchObject(error);
    await db.close();
  });
});
