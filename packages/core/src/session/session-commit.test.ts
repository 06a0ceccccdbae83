import * as v from "valibot";
import { expect, test } from "vitest";
import { BabaError, ConflictError } from "../errors.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { openLog } from "../log/log.ts";
import { EventLoop } from "../runtime/event-loop.ts";
import { LOCK_FILE } from "../storage/layout.ts";
import type { Transaction } from "../storage/storage.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";
import { FolderCache } from "./folder-cache.ts";
import { openedStorage } from "./opened-storage.fixture.ts";
import { mustBeReadable } from "./record.ts";
import { AsyncSession } from "./session.ts";
import { UnitOfWork } from "./unit-of-work.ts";

test("commit() gives its changes away, without what is queued afterwards, also after a failure", async () => {
  const { runtime, storage } = await openedStorage();
  const given: Transaction["changes"][] = [];
  storage.commit = async ({ changes }) => {
    given.push(changes);
    if (given.length === 1) throw new Error("not now");
  };
  const unit = new UnitOfWork({
    storage: async () => storage,
    refusal: () => undefined,
    reruns: false,
    track: () => undefined,
    log: openLog(false, undefined, runtime),
    loop: new EventLoop(runtime),
    unsaved: new Set(),
    hold: undefined,
    durability: "full",
    settle: "commit",
  });
  const session = new AsyncSession(unit, v.object({ id: v.number() }), new FolderCache());
  await session.add({ id: 1 });
  await expect(session.commit()).rejects.toThrow("not now");
  await session.add({ id: 2 });
  await session.commit();
  await session.add({ id: 3 });
  expect(given.map((changes) => [...changes.keys()])).toEqual([["1.baba"], ["1.baba", "2.baba"]]);
  await storage.close();
});

const Counter = v.object({ id: v.string(), n: v.number() });

test("commit() under way when its callback fails is judged by what the session has read", async () => {
  for (let ticks = 0; ticks < 8; ticks++) {
    const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
    await db.asyncSession((session) => session.add({ id: "a", n: 0 }));
    let inner: Promise<void> | undefined;
    const outer = db.asyncSession(
      async (session) => {
        const a = await session.get("a.baba");
        await db.asyncSession((other) => other.add({ id: "a", n: 100 }));
        await session.add({ id: "a", n: (a?.n ?? 0) + 1 });
        inner = session.commit();
        inner.catch(() => undefined);
        for (let i = 0; i < ticks; i++) await undefined;
        throw new Error("the callback fails");
      },
      { retries: 0 },
    );
    await expect(outer).rejects.toThrow();
    await expect(inner).rejects.toBeInstanceOf(BabaError);
    expect(await db.asyncSession((session) => session.get("a.baba"))).toEqual({ id: "a", n: 100 });
    await db.close();
  }
});

test("commit() under the lock keeps it until it ends, also if its callback fails before", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  await db.asyncSession((session) => session.add({ id: "a", n: 0 }));
  let run = 0;
  const work = db.asyncSession(
    async (session) => {
      await session.get("a.baba");
      run += 1;
      if (run === 1) {
        await db.asyncSession((other) => other.add({ id: "a", n: 1 }));
        await session.add({ id: "a", n: 5 });
        return;
      }
      await session.add({ id: "b", n: 2 });
      await Promise.all([session.commit(), Promise.resolve().then(() => Promise.reject(new Error("fails")))]);
    },
    { retries: 1 },
  );
  await expect(work).rejects.toThrow("fails");
  await db.asyncSession((session) => session.add({ id: "later", n: 1 }));
  const found = await db.asyncSession((session) => session.all());
  expect(found.map(({ id }) => id)).toEqual(["a", "b", "later"]);
  await db.close();
});

test("the last try of asyncSession() ends with the write lock released, however long that takes", async () => {
  const runtime = memoryRuntime();
  const files = runtime.fileSystem(".");
  const remove: typeof files.remove = async (paths) => {
    for (let turns = 0; turns < 5; turns++) await runtime.turn();
    await files.remove(paths);
  };
  const slow = { ...runtime, fileSystem: () => withCalls(files, { remove }) };
  const db = new Database(Counter, { logging: false }, assemble(slow));
  let runs = 0;
  const work = async (session: AsyncSession<typeof Counter>) => {
    await session.get("a.baba");
    runs += 1;
    if (runs === 1) await db.asyncSession((other) => other.add({ id: "a", n: 1 }));
    if (runs === 2) expect(await files.kinds([LOCK_FILE])).toEqual(["file"]);
    await session.add({ id: "a", n: 2 });
  };
  await db.asyncSession(work, { retries: 1 });
  expect(await files.kinds([LOCK_FILE])).toEqual([undefined]);
  expect(runs).toBe(2);
  await db.close();
});

test("move() of what is not there is judged like any other look", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  await db.asyncSession((session) => session.add({ id: "first", n: 0 }));
  const [one, other] = [db.asyncSession(), db.asyncSession()];
  if (!(await one.move("x.baba", "y.baba"))) await one.add({ id: "z", n: 1 });
  if (!(await other.exists("z.baba"))) await other.add({ id: "x", n: 1 });
  await other.commit();
  await expect(one.commit()).rejects.toBeInstanceOf(ConflictError);
  await db.close();
});

test("mustBeReadable() refuses a record whose file no runtime could read", () => {
  const largest = 128 * 1024 * 1024;
  expect(() => mustBeReadable("1.baba", largest)).not.toThrow();
  expect(() => mustBeReadable("1.baba", largest + 1)).toThrow(
    expect.objectContaining({ code: "BABA_UNSERIALIZABLE", record: "1.baba" }),
  );
});

test("add() refuses a record of more than 128 MiB of JSON, and queues nothing of it", async () => {
  const Text = v.object({ id: v.number(), text: v.string() });
  const db = new Database(Text, { logging: false }, assemble(memoryRuntime()));
  const session = db.asyncSession();
  const text = "x".repeat(128 * 1024 * 1024);
  await expect(session.add({ id: 1, text })).rejects.toMatchObject({
    code: "BABA_UNSERIALIZABLE",
    record: "1.baba",
  });
  expect(await session.exists("1.baba")).toBe(false);
  await db.close();
});

test("stream() that goes on over a commit of its session reads what is judged by the next one", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  const ids = Array.from({ length: 300 }, (_, i) => String(i).padStart(4, "0"));
  await db.asyncSession(async (session) => {
    for (const id of ids) await session.add({ id, n: 0 });
  });
  const add = (id: string, n: number) =>
    db.asyncSession(async (session) => {
      const found = await session.get(`${id}.baba`);
      await session.add({ id, n: (found?.n ?? 0) + n });
    });
  const session = db.asyncSession();
  let count = 0;
  for await (const { filename, record } of session.stream()) {
    await session.update({ ...record, n: record.n + 1 }, filename);
    count += 1;
    if (count !== 50) continue;
    await session.commit();
    await add("0060", 10);
  }
  await session.commit();
  const all = await db.asyncSession((other) => other.all());
  expect(all.map(({ n }) => n)).toEqual(ids.map((id) => (id === "0060" ? 11 : 1)));

  const judged = db.asyncSession();
  count = 0;
  for await (const { filename, record } of judged.stream()) {
    count += 1;
    if (count === 50) judged.rollback();
    if (count === 60) await add("0055", 10);
    if (count === 70) await judged.update({ ...record, n: 5 }, filename);
  }
  await expect(judged.commit()).rejects.toBeInstanceOf(ConflictError);
  await db.close();
});

test("rollback() makes earlier reads cause no conflicts any more", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  await db.asyncSession((session) => session.add({ id: "a", n: 0 }));
  const [session, judged] = [db.asyncSession(), db.asyncSession()];
  for (const one of [session, judged]) {
    await one.get("a.baba");
    await one.all("folder");
  }
  session.rollback();
  await session.add({ id: "b", n: 1 });
  await judged.add({ id: "c", n: 1 });
  await db.asyncSession(async (other) => {
    await other.add({ id: "a", n: 100 });
    await other.add({ id: "d", n: 1 }, "folder/d.baba");
  });
  await session.commit();
  await expect(judged.commit()).rejects.toBeInstanceOf(ConflictError);
  expect((await db.asyncSession((other) => other.all())).map(({ id }) => id)).toEqual(["a", "b"]);
  await db.close();
});

test("asyncSession(callback) ends after a commit() that its callback did not await, however far that has come", async () => {
  for (let ticks = 0; ticks < 8; ticks++) {
    const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
    let isUnderWay = false;
    const work = db.asyncSession(async (session) => {
      await session.add({ id: "a", n: 0 });
      isUnderWay = true;
      const ended = () => {
        isUnderWay = false;
      };
      void session.commit().then(ended, ended);
      for (let i = 0; i < ticks; i++) await undefined;
      throw new Error("the callback fails");
    });
    await expect(work).rejects.toThrow("the callback fails");
    expect(isUnderWay).toBe(false);
    await db.close();
  }
});

test("asyncSession() passes on what its callback throws due to a commit between its reads, and does not run it again", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  await db.asyncSession((session) => session.add({ id: "a", n: 0 }));
  let runs = 0;
  const moving = db.asyncSession(async (session) => {
    runs++;
    expect(await session.exists("b.baba")).toBe(false);
    await db.asyncSession((other) => other.add({ id: "b", n: 1 }));
    await session.move("a.baba", "b.baba");
  });
  await expect(moving).rejects.toMatchObject({ code: "BABA_EXISTS", record: "b.baba" });
  expect(runs).toBe(1);
  await db.close();
});

test("asyncSession(callback) commits every add() that it accepts, also from a helper that goes on after it", async () => {
  const db = new Database(Counter, { logging: false }, assemble(memoryRuntime()));
  const accepted: string[] = [];
  let helper: Promise<void> | undefined;
  await db.asyncSession(async (session) => {
    const goOn = async (): Promise<void> => {
      for (let n = 0; ; n++) accepted.push(await session.add({ id: `${n}`, n }));
    };
    helper = goOn();
  });
  await expect(helper).rejects.toMatchObject({ code: "BABA_SESSION_CLOSED" });
  expect(accepted).toContain("0.baba");
  const stored = await db.asyncSession((session) => session.all());
  expect(stored.map(({ id }) => `${id}.baba`)).toEqual([...accepted].sort());
  await db.close();
});

test("asyncSession(callback) refuses every call that is made during the commit at its end", async () => {
  const outcomes: Promise<unknown>[] = [];
  let session: AsyncSession<typeof Counter> | undefined;
  const rollback = async (ended: AsyncSession<typeof Counter>) => ended.rollback();
  const committed = (line: string) => {
    if (session === undefined || !line.includes("Committed")) return;
    const { [Symbol.asyncIterator]: begin } = session.stream();
    outcomes.push(session.add({ id: "b", n: 1 }), session.get("a.baba"), session.delete("a.baba"));
    outcomes.push(session.commit(), begin().next(), rollback(session));
    session = undefined;
  };
  const logging = { debug: () => undefined, info: committed, warn: () => undefined, error: () => undefined };
  const db = new Database(Counter, { logging }, assemble(memoryRuntime()));
  await db.asyncSession(async (given) => {
    session = given;
    await given.add({ id: "a", n: 0 });
  });
  const results = await Promise.allSettled(outcomes);
  expect(results).toHaveLength(6);
  const refused = { status: "rejected", reason: expect.objectContaining({ code: "BABA_SESSION_CLOSED" }) };
  expect(results).toEqual(results.map(() => refused));
  await db.close();
});

test("[Symbol.asyncDispose]() refuses what is called after it, even at once", async () => {
  const Slow = v.pipeAsync(
    Counter,
    v.checkAsync(() => new Promise((resolve) => setImmediate(resolve, true))),
  );
  const db = new Database(Slow, { logging: false }, assemble(memoryRuntime()));
  const session = db.asyncSession();
  const disposed = session[Symbol.asyncDispose]();
  const late = session.add({ id: "late", n: 0 }); // its schema would take longer than the rest of the end
  await expect(late).rejects.toMatchObject({ code: "BABA_SESSION_CLOSED" });
  await disposed;
  await db.close();
});

test("[Symbol.asyncDispose]() lets a commit that nobody has awaited count, and warns of no change that it commits", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const logging = { debug: log, info: log, warn: log, error: log };
  const db = new Database(v.object({ id: v.number() }), { logging }, assemble(memoryRuntime()));
  const session = db.asyncSession();
  void session.add({ id: 1 });
  const commit = session.commit();
  await session[Symbol.asyncDispose]();
  await commit;
  expect(await db.asyncSession((other) => other.all())).toEqual([{ id: 1 }]);
  expect(lines.filter((line) => line.includes("Discarded"))).toEqual([]);
  await db.close();
});
