import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB } from "../index.ts";

const Loose = v.looseObject({ id: v.unknown() });
const record = { id: 1 };
let holder: string;
/** The holder itself, unless a test puts it below. */
let directory: string;
let db: BabaDB<typeof Loose>;
beforeEach(() => {
  holder = mkdtempSync(join(tmpdir(), "baba-names-"));
  directory = holder;
  db = new BabaDB(Loose, { directory, logging: false });
});
afterEach(async () => {
  await db.close();
  rmSync(holder, { recursive: true, force: true });
});

const failure = (code: string, about?: string) =>
  expect.objectContaining(about === undefined ? { code } : { code, record: about });
const long = (bytes: number) => "x".repeat(bytes);
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const SEGMENTS = [
  "",
  ".",
  "..",
  ".hidden",
  "a\0",
  "a\n",
  "a\u007f",
  "a\u0085",
  "a\\b",
  "C:",
  "a*",
  "a?",
  'a"',
  "a<",
  "a>",
  "a|",
  "dot.",
  "space ",
  "CON",
  "con.x",
  "PRN",
  "aux",
  "nul",
  "nul ",
  "Com1",
  "COM\u00b9",
  "lpt0",
  "conin$",
  "CONOUT$",
  long(201),
  "é".repeat(101),
  "\ud800",
];
const GOOD = [
  "a.baba.baba",
  "a b.baba",
  "a..b.baba",
  "connect.baba",
  "com10.baba",
  "a/b/c/d/e.baba",
  `${"d/".repeat(31)}e.baba`,
  `${long(195)}.baba`,
  `${"é".repeat(97)}.baba`,
  `${long(200)}/a.baba`,
  "a,b;c'd`e$f&g(h)i[j]k{l}m!n@o#p^q+r=s%00.baba",
  "😀.baba",
  "constructor.baba",
  "__proto__/__proto__.baba",
  "baba/store.json/lock.baba",
];

describe("section 2: the default name of add()", () => {
  test("is one for 1, 1n and the text 1, and takes every safe integer, bigint and legal segment", async () => {
    const ids = [1, 1n, "1", -0, -1, Number.MAX_SAFE_INTEGER, 2n ** 64n, "e\u0301", "a.b", long(195)];
    const names = ids.map((id) => `${String(id).normalize("NFC")}.baba`);
    await db.asyncSession(async (session) => {
      for (const [i, id] of ids.entries()) expect(await session.add({ id })).toBe(names[i]);
      expect(await session.count()).toBe(ids.length - 2);
    });
  });

  test.each([undefined, null, true, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, {}, [1]])(
    "refuses the id %j with BABA_ID_MISSING",
    async (id) => {
      await expect(db.asyncSession((session) => session.add({ id }))).rejects.toEqual(
        failure("BABA_ID_MISSING"),
      );
    },
  );

  test.each([...SEGMENTS, "a/b", long(196)])("refuses the id %j with BABA_NAME", async (id) => {
    await expect(db.asyncSession((session) => session.add({ id }))).rejects.toEqual(failure("BABA_NAME"));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("section 4: names are hostile input", () => {
  const bad: readonly unknown[] = [
    ...SEGMENTS.map((segment) => `${segment}/1.baba`),
    ...SEGMENTS.filter((segment) => !/[. ]$/.test(segment)).map((segment) => `folder/${segment}.baba`),
    "x.baba/1.baba",
    "X.BABA/1.baba",
    "1",
    "1.BABA",
    "1.baba/",
    "/1.baba",
    ".baba/1.baba",
    "1.baba ",
    "1.baba.",
    `${"d/".repeat(32)}1.baba`,
    `${`${long(199)}/`.repeat(5)}${long(20)}.baba`,
    null,
    7,
    {},
  ];
  test("add(), update(), get(), delete() and exists() refuse them as file names, and write nothing", async () => {
    const session = db.asyncSession();
    for (const name of bad) {
      const calls: readonly ((name: never) => Promise<unknown>)[] = [
        (filename) => session.add(record, filename),
        (filename) => session.update(record, filename),
        (filename) => session.get(filename),
        (filename) => session.delete(filename),
        (filename) => session.exists(filename),
      ];
      for (const call of calls) {
        const given: never = name as never;
        await expect(call(given), `${String(call)} ${String(name)}`).rejects.toEqual(failure("BABA_NAME"));
      }
    }
    await session.commit();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("all(), count(), filter() and stream() refuse them as folders", async () => {
    const session = db.asyncSession();
    const tooDeep = `d${"/d".repeat(32)}`;
    for (const folder of [
      "",
      "..",
      "/",
      "a/",
      "a//b",
      "./a",
      "a.baba",
      ".baba",
      "a\0",
      "CON",
      "x/../y",
      tooDeep,
    ]) {
      const calls = [
        () => session.all(folder),
        () => session.count(folder),
        () => session.filter(folder, {}),
        () => session.stream(folder)[Symbol.asyncIterator]().next(),
      ];
      for (const call of calls) await expect(call(), folder).rejects.toEqual(failure("BABA_NAME"));
    }
  });

  test("add() writes legal ones, however odd, and get() reads them again", async () => {
    await db.asyncSession(async (session) => {
      for (const name of GOOD) expect(await session.add(record, name)).toBe(name);
    });
    await db.close();
    db = new BabaDB(Loose, { directory, logging: false });
    await db.asyncSession(async (session) => {
      for (const name of GOOD) expect(await session.get(name), name).toEqual(record);
    });
  });

  test("verify() walks those that are deeper than any that is taken, but put there by others", async () => {
    const deep = Array.from({ length: 60 }, () => "d").join("/");
    mkdirSync(join(directory, deep), { recursive: true });
    writeFileSync(join(directory, deep, "1.baba"), "no base 3");
    const { records, problems } = await db.verify();
    expect(records).toBe(1);
    expect(problems).toMatchObject([{ filename: `${deep}/1.baba`, code: "BABA_CODEC" }]);
  });

  test("get(), exists(), delete(), add(), all() and count() follow none through a symbolic link or a file", async () => {
    mkdirSync(join(directory, "real"));
    writeFileSync(join(directory, "file"), "");
    const elsewhere = mkdtempSync(join(tmpdir(), "baba-elsewhere-"));
    writeFileSync(join(elsewhere, "1.baba"), "");
    symlinkSync(elsewhere, join(directory, "link"));
    symlinkSync("real", join(directory, "inner"));
    for (const folder of ["link", "inner", "file"]) {
      const calls = [
        () => db.asyncSession((session) => session.get(`${folder}/1.baba`)),
        () => db.asyncSession((session) => session.exists(`${folder}/1.baba`)),
        () => db.asyncSession((session) => session.delete(`${folder}/1.baba`)),
        () => db.asyncSession((session) => session.add(record, `${folder}/1.baba`)),
        () => db.asyncSession((session) => session.all(folder)),
        () => db.asyncSession((session) => session.count(folder)),
      ];
      for (const call of calls) await expect(call(), folder).rejects.toEqual(failure("BABA_NOT_A_FOLDER"));
    }
    expect([readdirSync(elsewhere), readdirSync(join(directory, "real"))]).toEqual([["1.baba"], []]);
    rmSync(elsewhere, { recursive: true });
  });

  test("add() gives files of mode 0600 in folders of mode 0700", async () => {
    directory = join(directory, "new");
    const fresh = new BabaDB(Loose, { directory, logging: false });
    await fresh.asyncSession((session) => session.add(record, "a/b/1.baba"));
    const modes = ["", ".baba", "a", "a/b", "a/b/1.baba", ".baba/store.json"].map((path) =>
      (statSync(join(directory, path)).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(["700", "700", "700", "700", "600", "600"]);
    await fresh.close();
  });
});

describe("section 2: names and listings", () => {
  test("are one in every form of Unicode to add(), count(), exists() and delete()", async () => {
    await db.asyncSession(async (session) => {
      expect(await session.add(record, "cafe\u0301/Ame\u0301.baba")).toBe("café/Amé.baba");
      expect(await session.count("cafe\u0301")).toBe(1);
    });
    expect(readdirSync(directory)).toContain("caf\u00e9");
    await db.asyncSession(async (session) => {
      expect(await session.exists("café/Ame\u0301.baba")).toBe(true);
      expect(await session.delete("cafe\u0301/Amé.baba")).toBe(true);
    });
  });

  test("are ordered by UTF-8 bytes in stream(), all() and filter(), with pending ones and without subfolders", async () => {
    const stored = [
      "a.baba",
      "B.baba",
      "é.baba",
      "\ue000.baba",
      "\u{1f600}.baba",
      "10.baba",
      "2.baba",
      "a b.baba",
    ];
    const pending = ["\uffeea.baba", "\u{1f600}a.baba", "a-b.baba", "0.baba"];
    await db.asyncSession(async (session) => {
      for (const name of stored) await session.add({ id: name }, name);
      await session.add({ id: "sub" }, "sub/1.baba");
    });
    await db.asyncSession(async (session) => {
      for (const name of pending) await session.add({ id: name }, name);
      const wanted = [...stored, ...pending].sort(byBytes);
      const streamed: string[] = [];
      for await (const { filename } of session.stream()) streamed.push(filename);
      expect(streamed).toEqual(wanted);
      expect((await session.all(".")).map(({ id }) => id)).toEqual(wanted);
      expect((await session.filter(".", () => true)).map(({ id }) => id)).toEqual(wanted);
      expect(await session.count()).toBe(wanted.length);
    });
  });
});
