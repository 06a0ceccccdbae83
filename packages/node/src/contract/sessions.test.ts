import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AsyncSession, BabaDB, BabaError, type BabaOptions, ConflictError } from "../index.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
type Session = AsyncSession<typeof Hero>;
const hero = (id: number, name = `Hero ${id}`) => ({ id, name });
const failure = (code: string) => expect.objectContaining({ code });

let holder: string;
/** The holder itself, unless a test puts it below. */
let directory: string;
let lines: string[];
let db: BabaDB<typeof Hero>;
const open = (options: Pick<BabaOptions, "settle" | "durability"> = {}) => {
  const keep = (line: string) => void lines.push(line);
  const logging = { debug: keep, info: keep, warn: keep, error: keep };
  return new BabaDB(Hero, { directory, logging, ...options });
};
beforeEach(() => {
  holder = mkdtempSync(join(tmpdir(), "baba-sessions-"));
  directory = holder;
  lines = [];
  db = open();
});
afterEach(async () => {
  await db.close();
  rmSync(holder, { recursive: true, force: true });
});

async function namesOf(session: Session, folder?: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { filename } of session.stream(folder)) names.push(filename);
  return names;
}

describe("section 2: pending changes of a session", () => {
  test("are in get(), exists(), count(), all(), filter() and stream(), with deletes and folders", async () => {
    await db.asyncSession(async (session) => {
      for (const id of [1, 2, 3]) await session.add(hero(id));
    });
    await db.asyncSession(async (session) => {
      await session.add(hero(4));
      await session.update(hero(2, "changed"));
      expect(await session.delete("3.baba")).toBe(true);
      expect(await session.delete("4.baba")).toBe(true);
      expect(await session.delete("4.baba")).toBe(false);
      await session.add(hero(5), "folder/5.baba");
      expect(await session.get("2.baba")).toEqual(hero(2, "changed"));
      expect([await session.get("3.baba"), await session.exists("3.baba")]).toEqual([undefined, false]);
      expect((await session.all()).map(({ name }) => name)).toEqual(["Hero 1", "changed"]);
      expect([await session.count(), await session.count("folder")]).toEqual([2, 1]);
      expect(await session.filter(".", { name: "Hero 2" })).toEqual([]);
      expect(await session.filter(".", { name: "changed" })).toHaveLength(1);
      expect([await namesOf(session), await namesOf(session, "folder")]).toEqual([
        ["1.baba", "2.baba"],
        ["folder/5.baba"],
      ]);
      await session.delete("2.baba");
      await session.add(hero(2, "back"));
      expect(await session.get("2.baba")).toEqual(hero(2, "back"));
    });
    expect(await db.asyncSession((session) => session.get("2.baba"))).toEqual(hero(2, "back"));
  });
});

describe("section 2: conflicts in asyncSession()", () => {
  const meddle = () => db.asyncSession((other) => other.update(hero(1, "meddled")));
  beforeEach(() => db.asyncSession((session) => session.add(hero(1))).then(() => undefined));

  test.each([
    [0, 1],
    [1, 2],
    [undefined, 11],
  ])(
    "let the callback run, with retries %s, %s times at most, the last under the lock",
    async (retries, runs) => {
      let count = 0;
      let late: Promise<unknown> | undefined;
      const options = retries === undefined ? {} : { retries };
      const work = db.asyncSession(async (session) => {
        count++;
        await session.get("1.baba");
        if (count < runs || runs === 1) await meddle();
        else late = meddle(); // it waits for the lock that this run holds
        await session.update(hero(1, "mine"));
      }, options);
      if (retries === 0) await expect(work).rejects.toBeInstanceOf(ConflictError);
      else await work;
      await late;
      expect(count).toBe(runs);
      expect(await db.asyncSession((session) => session.get("1.baba"))).toEqual(hero(1, "meddled"));
    },
  );

  test("are thrown and not retried after a commit() inside the callback, which stands", async () => {
    let count = 0;
    const work = db.asyncSession(async (session) => {
      count++;
      await session.add(hero(2));
      await session.commit();
      await session.get("1.baba");
      await meddle();
      await session.update(hero(1, "mine"));
    });
    await expect(work).rejects.toBeInstanceOf(ConflictError);
    await expect(work).rejects.toBeInstanceOf(BabaError);
    expect(count).toBe(1);
    expect(await db.asyncSession((session) => session.exists("2.baba"))).toBe(true);
  });

  const reads: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
    get: (session) => session.get("1.baba"),
    "get of what is absent": (session) => session.get("2.baba"),
    exists: (session) => session.exists("2.baba"),
    delete: (session) => session.delete("2.baba"),
    count: (session) => session.count(),
    all: (session) => session.all(),
    filter: (session) => session.filter(".", { id: 99 }),
    stream: (session) => namesOf(session),
  };
  test.each(Object.keys(reads))("are found by an empty commit() after %s", async (read) => {
    const session = db.asyncSession();
    await reads[read]?.(session);
    await db.asyncSession(async (other) => {
      await other.add(hero(2));
      await other.update(hero(1, "meddled"));
    });
    await expect(session.commit()).rejects.toBeInstanceOf(ConflictError);
    session.rollback();
    await session.commit();
  });

  test("are not found by commit() if another folder was touched, or nothing", async () => {
    const session = db.asyncSession();
    await session.all();
    await db.asyncSession((other) => other.add(hero(1), "elsewhere/1.baba"));
    await session.commit();
    await session.commit();
  });
});

describe("section 2: what is not committed", () => {
  test("is discarded at the end of asyncSession(), with one WARNING if anything was pending", async () => {
    {
      await using session = db.asyncSession();
      await session.add(hero(1));
      await session.commit();
      void session.add(hero(2));
    }
    {
      await using session = db.asyncSession();
      await session.all();
    }
    expect(lines.filter((line) => line.startsWith("[BABA (WARNING)] LOG: Discarded"))).toHaveLength(1);
    expect(await db.asyncSession((session) => session.count())).toBe(1);
  });

  test("is discarded by asyncSession() if the callback throws, whatever it throws, and the log says so", async () => {
    for (const thrown of [new Error("mine"), undefined, "text"]) {
      const work = db.asyncSession(async (session) => {
        await session.add(hero(1));
        throw thrown;
      });
      await expect(work).rejects.toBe(thrown);
    }
    expect(lines.filter((line) => line.includes("(INFO)] LOG: Rolled back 1 change"))).toHaveLength(3);
    await db.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("is nothing if asyncSession() only reads: not even the directory is made", async () => {
    directory = join(directory, "not/there");
    const other = open();
    await other.open();
    await other.asyncSession(async (session) => {
      expect([await session.all(), await session.count("x"), await session.delete("1.baba")]).toEqual([
        [],
        0,
        false,
      ]);
    });
    const session = other.asyncSession();
    await session.commit();
    await other.close();
    expect(existsSync(directory)).toBe(false);
  });
});

describe("section 2: a closed session or database", () => {
  test("refuses add(), get(), commit(), open() and every other call by its code", async () => {
    const session = db.asyncSession();
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    const calls = [
      () => session.add(hero(1)),
      () => session.get("1.baba"),
      () => session.delete("1.baba"),
      () => session.exists("1.baba"),
      () => session.all(),
      () => session.count(),
      () => session.filter(".", {}),
      () => namesOf(session),
      () => session.commit(),
      async () => session.rollback(),
    ];
    for (const call of calls)
      await expect(call(), String(call)).rejects.toEqual(failure("BABA_SESSION_CLOSED"));
    await db[Symbol.asyncDispose]();
    await db.close();
    const uses = [
      () => db.open(),
      () => db.asyncSession(async () => 1),
      async () => db.asyncSession(),
      () => db.forceUnlock(),
    ];
    for (const use of uses) await expect(use(), String(use)).rejects.toEqual(failure("BABA_CLOSED"));
  });
});

describe("section 2: close()", () => {
  test("waits for what was called before it, awaited or not, in sessions of both kinds", async () => {
    const session = db.asyncSession();
    void session.add(hero(1));
    void session.commit();
    void db.asyncSession((other) => other.add(hero(2)));
    await db.close();
    db = open();
    expect(await db.asyncSession((again) => again.count())).toBe(2);
  });

  test("ends the sessions that are open: no call is taken after it, not even an add", async () => {
    const session = db.asyncSession();
    await session.add(hero(1));
    const closed = db.close();
    const calls = [
      () => session.add(hero(2)),
      () => session.get("1.baba"),
      () => session.all(),
      () => session.exists("1.baba"),
      () => namesOf(session),
      () => session.commit(),
    ];
    for (const call of calls) await expect(call(), String(call)).rejects.toEqual(failure("BABA_CLOSED"));
    await closed;
    await session[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("works in a database whose open() failed, which opens at the next try", async () => {
    const path = join(directory, "store");
    writeFileSync(path, "");
    const other = new BabaDB(Hero, { directory: path, logging: false });
    await expect(other.open()).rejects.toEqual(failure("BABA_NOT_A_FOLDER"));
    rmSync(path);
    await other.asyncSession((session) => session.add(hero(1)));
    await other.close();
    expect(existsSync(join(path, "1.baba"))).toBe(true);
  });
});

describe("section 4: two databases on one folder in one process", () => {
  test("are one store to add() and filter(), also if it is new and opened, written and closed at once", async () => {
    directory = join(directory, "new/folder");
    let current = open();
    for (let id = 0; id < 20; id++) {
      const next = open(id % 2 === 0 ? { settle: "background" } : {});
      const ids = [id, id + 100];
      await Promise.all([
        current.asyncSession((session) => session.add(hero(id))),
        next.asyncSession((session) => session.add(hero(id + 100))),
      ]);
      const closed = current.close();
      expect(
        await next.asyncSession((session) => session.filter(".", ({ id: own }) => ids.includes(own))),
      ).toHaveLength(2);
      await closed;
      current = next;
    }
    await current.close();
    const again = open();
    expect(await again.asyncSession((session) => session.count())).toBe(40);
    await again.close();
    const left = (folder: string) => readdirSync(join(directory, ".baba", folder)).length;
    expect([left("tmp"), left("owners"), left("breaks"), left("journal")]).toEqual([0, 0, 0, 1]);
  });
});
