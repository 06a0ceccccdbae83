import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { ConflictError } from "../errors.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./database/assemble.ts";
import { Database } from "./database/database.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice" };

let lines: string[];
let runtime: MemoryRuntime;
let db: Database<typeof Hero>;
beforeEach(async () => {
  lines = [];
  const keep = (line: string) => void lines.push(line);
  const logging = { debug: keep, info: keep, warn: keep, error: keep };
  runtime = memoryRuntime();
  db = new Database(Hero, { logging, logLevel: "debug", settle: "background" }, assemble(runtime));
  await db.asyncSession((session) => session.add(alice));
  lines.length = 0;
});

const errors = () => lines.filter((line) => line.startsWith("[BABA (ERROR)]"));
const touch = () => db.asyncSession((session) => session.update({ ...alice, name: "Alicia" }));

describe("the log of a conflict at commit()", () => {
  test("has no ERROR if asyncSession() runs the callback again, and says so at DEBUG", async () => {
    let runs = 0;
    await db.asyncSession(async (session) => {
      await session.get("1.baba");
      if (runs++ === 0) await touch();
      await session.update(alice);
    });
    expect(runs).toBe(2);
    expect(errors()).toEqual([]);
    expect(lines.some((line) => line.startsWith("[BABA (DEBUG)] LOG: BABA_CONFLICT: 1.baba"))).toBe(true);
  });

  test.each([0, 1])("has one ERROR if it reaches the caller, after %i commits inside", async (commits) => {
    const work = db.asyncSession(
      async (session) => {
        for (let i = 0; i < commits; i++) {
          await session.add({ id: 2, name: "Bob" });
          await session.commit();
        }
        await session.get("1.baba");
        await touch();
        await session.update(alice);
      },
      { retries: 0 },
    );
    await expect(work).rejects.toBeInstanceOf(ConflictError);
    expect(errors()).toEqual([expect.stringContaining("BABA_CONFLICT: 1.baba")]);
  });

  test("has one ERROR in a session without a callback", async () => {
    const session = db.asyncSession();
    await session.get("1.baba");
    await touch();
    await session.update(alice);
    await expect(session.commit()).rejects.toBeInstanceOf(ConflictError);
    expect(errors()).toEqual([expect.stringContaining("BABA_CONFLICT: 1.baba")]);
  });
});

describe("the log of what close() can tell no caller", () => {
  test("has whole sentences, however long the record's name is", async () => {
    const name = `${"x".repeat(150)}/${"y".repeat(150)}.baba`;
    await db.asyncSession((session) => session.add(alice, name));
    await runtime.fileSystem(".").makeFolder(name);
    await db.close();
    expect(errors().length).toBeGreaterThan(0);
    for (const line of errors()) expect(line).toMatch(/move it away\.$/);
  });
});

describe("asyncSession(callback)", () => {
  test("does not run the callback again after a ConflictError of another session", async () => {
    let runs = 0;
    const work = db.asyncSession(async () => {
      runs++;
      throw new ConflictError("somebody else's");
    });
    await expect(work).rejects.toThrow("somebody else's");
    expect(runs).toBe(1);
    expect(errors()).toEqual([]);
  });

  test("runs the callback again after a ConflictError of its own that the callback threw on", async () => {
    let runs = 0;
    await db.asyncSession(async (session) => {
      await session.get("1.baba");
      if (runs++ === 0) await touch();
      await session.update(alice);
      await session.commit();
    });
    expect(runs).toBe(2);
  });
});

describe("the log of what asyncSession() and other calls refuse", () => {
  test.each<[string, string, () => unknown]>([
    // @ts-expect-error no function
    ["what is no callback", "BABA_OPTION", () => db.asyncSession(5)],
    ["an option", "BABA_OPTION", () => db.asyncSession(async () => undefined, { retries: -1 })],
  ])("has one ERROR of %s", async (_, code, call) => {
    await expect(call()).rejects.toMatchObject({ code });
    expect(errors()).toEqual([expect.stringContaining(code)]);
  });

  test("has one ERROR of each call of a session that has ended", async () => {
    const session = db.asyncSession();
    await session[Symbol.asyncDispose]();
    expect(() => session.rollback()).toThrow("ended");
    await expect(session.stream()[Symbol.asyncIterator]().next()).rejects.toThrow("ended");
    await expect(session.get("1.baba")).rejects.toThrow("ended");
    expect(errors()).toHaveLength(3);
  });

  test("has one ERROR of each call after close(), of which those that give a promise reject", async () => {
    const session = db.asyncSession();
    await db.close();
    lines.length = 0;
    expect(() => db.asyncSession()).toThrow("closed");
    for (const call of [
      () => db.asyncSession(async () => undefined),
      () => session.stream()[Symbol.asyncIterator]().next(),
      () => db.open(),
      () => db.verify(),
      () => db.recipients(),
      () => db.forceUnlock(),
    ])
      await expect(call()).rejects.toMatchObject({ code: "BABA_CLOSED" });
    expect(errors()).toHaveLength(7);
  });
});

test("the log of forceUnlock() has one WARNING, which names the directory", async () => {
  await db.forceUnlock();
  expect(lines.filter((line) => line.startsWith("[BABA (WARNING)]"))).toEqual([
    "[BABA (WARNING)] LOG: Nobody holds the write lock of . any more: forceUnlock() was called",
  ]);
});

test("the log of a commit counts the records that it writes and those that it deletes", async () => {
  await db.asyncSession(async (session) => {
    for (const id of [2, 3]) await session.add({ id, name: "Bob" });
    await session.delete("1.baba");
  });
  expect(lines).toContain("[BABA (INFO)] LOG: Committed 2 records written, 1 deleted");
});

describe("the log of reads", () => {
  const readings = () => lines.map((line) => line.slice("[BABA (".length));

  test("has a line at INFO for each all(), filter(), count() and stream()", async () => {
    await db.asyncSession(async (session) => {
      await session.all();
      await session.filter(".", { id: 2 });
      await session.count("heroes");
      for await (const _ of session.stream()) break;
      for await (const _ of session.stream(".", undefined, { unreadable: "skip" }));
    });
    expect(readings()).toEqual([
      "INFO)] LOG: Read all of .: 1 record",
      "INFO)] LOG: Filtered .: 0 records found",
      "INFO)] LOG: Counted heroes: 0 records",
      "INFO)] LOG: Streamed .: 1 record",
      "INFO)] LOG: Streamed .: 1 record",
    ]);
  });

  test("has a line at DEBUG for each get(), exists(), delete() and move(), and none with what it holds", async () => {
    const session = db.asyncSession();
    await session.get("1.baba");
    await session.get("2.baba");
    await session.exists("1.baba");
    await session.exists("2.baba");
    await session.delete("2.baba");
    await session.move("2.baba", "3.baba");
    expect(readings()).toEqual([
      "DEBUG)] LOG: Read 1.baba",
      "DEBUG)] LOG: Read 2.baba: no such record",
      "DEBUG)] LOG: Looked for 1.baba: it is there",
      "DEBUG)] LOG: Looked for 2.baba: no such record",
      "DEBUG)] LOG: Nothing to delete: there is no 2.baba",
      "DEBUG)] LOG: Nothing to move: there is no 2.baba",
    ]);
  });

  test("has a line at DEBUG for each change that add(), delete() and move() queue", async () => {
    const session = db.asyncSession();
    await session.add({ id: 2, name: "Bob" });
    await session.move("1.baba", "3.baba");
    await session.delete("2.baba");
    expect(readings()).toEqual([
      "DEBUG)] LOG: Queued 2.baba to be written",
      "DEBUG)] LOG: Queued 1.baba to be moved to 3.baba",
      "DEBUG)] LOG: Queued 2.baba to be deleted",
    ]);
  });

  test("has no INFO if stream() fails, but its error", async () => {
    await runtime.fileSystem(".").create([{ path: "2.baba", bytes: new Uint8Array([1]) }]);
    const session = db.asyncSession();
    const streaming = (async () => {
      for await (const _ of session.stream());
    })();
    await expect(streaming).rejects.toMatchObject({ code: "BABA_CODEC" });
    expect(readings()).toEqual([expect.stringMatching(/^ERROR\)\] LOG: BABA_CODEC: 2\.baba/)]);
  });
});

describe("the log of a callback that fails", () => {
  test.each([0, 1, 2, 4, 8, 16])(
    "says what became of its changes, whose commit() was begun %i turns before",
    async (turns) => {
      const work = db.asyncSession(async (session) => {
        await session.add({ id: 2, name: "Bob" });
        void session.commit();
        for (let i = 0; i < turns; i++) await undefined;
        throw new Error("the callback fails");
      });
      await expect(work).rejects.toThrow("the callback fails");
      const infos = lines.filter((line) => line.startsWith("[BABA (INFO)]"));
      const isThere = await db.asyncSession((session) => session.exists("2.baba"));
      const outcome = isThere
        ? "Committed 1 record written, 0 deleted"
        : "Rolled back 1 change of a session that failed";
      expect(infos).toEqual([`[BABA (INFO)] LOG: ${outcome}`]);
    },
  );

  test("counts the changes that it has not awaited", async () => {
    const work = db.asyncSession(async (session) => {
      void session.delete("1.baba"); // waits for the store
      throw new Error("the callback fails");
    });
    await expect(work).rejects.toThrow("the callback fails");
    expect(lines).toContain("[BABA (INFO)] LOG: Rolled back 1 change of a session that failed");
  });
});
