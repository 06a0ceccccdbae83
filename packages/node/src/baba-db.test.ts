import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "@baba/core";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB } from "./index.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice" };
const VECTORS = fileURLToPath(new URL("../../../vectors/python-babadb", import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-db-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const open = (options: { directory?: string } = {}) =>
  new BabaDB(Hero, { directory, logging: false, ...options });
const failure = (code: string) => expect.objectContaining({ code });
const json = (file: string): unknown =>
  JSON.parse(new TextDecoder().decode(decode(readFileSync(join(directory, file)))));

describe("BabaDB", () => {
  test("add() keeps each record as one .baba file that holds its JSON", async () => {
    const db = open();
    await db.asyncSession(async (session) => {
      await session.add(alice);
      await session.add({ id: 2, name: "Zoë 🦸" }, "heroes/zoe.baba");
    });
    expect([json("1.baba"), json("heroes/zoe.baba")]).toEqual([alice, { id: 2, name: "Zoë 🦸" }]);
    await db.close();
    expect(readdirSync(directory).sort()).toEqual([".baba", "1.baba", "heroes"]);
  });

  test("asyncSession() makes the directory with the first commit, and writes nothing for reads", async () => {
    const deep = join(directory, "not/yet");
    const db = open({ directory: deep });
    expect(await db.asyncSession((session) => session.all())).toEqual([]);
    expect(existsSync(deep)).toBe(false);
    await db.asyncSession((session) => session.add(alice));
    expect(existsSync(join(deep, "1.baba"))).toBe(true);
    await db.close();
  });

  test("get(), all() and filter() read a folder that the Python package wrote", async () => {
    const manifest: { file: string; valid: boolean; json?: string }[] = JSON.parse(
      readFileSync(join(VECTORS, "manifest.json"), "utf8"),
    );
    for (const { file } of manifest) cpSync(join(VECTORS, file), join(directory, file));
    const Any = v.looseObject({});
    const db = new BabaDB(Any, { directory, logging: false });
    await db.asyncSession(async (session) => {
      expect(await session.count()).toBe(manifest.length);
      for (const { file, valid, json: text } of manifest) {
        const got = await session.get(file).catch((error: unknown) => error);
        if (valid) expect(got, file).toEqual(v.parse(Any, JSON.parse(text ?? "")));
        else expect(got, file).toMatchObject({ name: "BabaError", record: file });
      }
      const readable = await session.all(".", Any, { unreadable: "skip" });
      expect(readable).toHaveLength(manifest.filter(({ valid }) => valid).length);
      const alices = await session.filter(".", Any, (record) => record.name === "Alice", {
        unreadable: "skip",
      });
      expect(alices.length).toBeGreaterThan(4);
    });
    await db.close();
    expect(existsSync(join(directory, ".baba"))).toBe(false);
  });

  test("get() and all() tell bad files apart, each by its own code and the record's name", async () => {
    const text = (bytes: string) => writeFileSync(join(directory, "x.baba"), bytes);
    const cases: readonly [() => void, string][] = [
      [() => text("not ours"), "BABA_CODEC"],
      [() => cpSync(join(VECTORS, "not-utf8.baba"), join(directory, "x.baba")), "BABA_UTF8"],
      [() => cpSync(join(VECTORS, "not-json.baba"), join(directory, "x.baba")), "BABA_JSON"],
      [() => cpSync(join(VECTORS, "empty.baba"), join(directory, "x.baba")), "BABA_JSON"],
      [() => cpSync(join(VECTORS, "nested.baba"), join(directory, "x.baba")), "BABA_SCHEMA_MISMATCH"],
      [() => mkdirSync(join(directory, "x.baba")), "BABA_NOT_A_RECORD"],
      [() => symlinkSync(join(VECTORS, "1.baba"), join(directory, "x.baba")), "BABA_NOT_A_RECORD"],
    ];
    for (const [make, code] of cases) {
      make();
      const db = open();
      const named = expect.objectContaining({ code, record: "x.baba" });
      await expect(db.asyncSession((session) => session.get("x.baba"))).rejects.toEqual(named);
      await expect(db.asyncSession((session) => session.all())).rejects.toEqual(named);
      expect(await db.asyncSession((session) => session.all(".", Hero, { unreadable: "skip" }))).toEqual([]);
      await db.close();
      rmSync(join(directory, "x.baba"), { recursive: true });
    }
  });

  test("add() commits nothing if a folder, a file or a symbolic link is in the way", async () => {
    mkdirSync(join(directory, "folder.baba"));
    writeFileSync(join(directory, "file"), "");
    symlinkSync(tmpdir(), join(directory, "elsewhere"));
    symlinkSync(join(VECTORS, "1.baba"), join(directory, "link.baba"));
    const db = open();
    const cases = {
      "folder.baba": "BABA_NOT_A_RECORD",
      "file/1.baba": "BABA_NOT_A_FOLDER",
      "elsewhere/1.baba": "BABA_NOT_A_FOLDER",
      "link.baba": "BABA_NOT_A_RECORD",
    };
    for (const [name, code] of Object.entries(cases)) {
      const work = db.asyncSession(async (session) => {
        await session.add({ id: 7, name: "beside" });
        await session.add(alice, name);
      });
      await expect(work, name).rejects.toEqual(failure(code));
    }
    expect(await db.asyncSession((session) => session.exists("7.baba"))).toBe(false);
    await db.asyncSession((session) => session.add(alice));
    await db.close();
  });

  test("open() refuses a directory that cannot be reached", async () => {
    for (const target of ["circle", "nowhere"]) {
      const link = join(directory, target === "circle" ? target : "dangling");
      symlinkSync(target, link);
      for (const path of [link, join(link, "below")])
        await expect(open({ directory: path }).open(), path).rejects.toEqual(failure("BABA_NOT_A_FOLDER"));
    }
    const long = join(directory, "a".repeat(300));
    await expect(open({ directory: long }).open()).rejects.toEqual(failure("BABA_NAME"));
  });

  test.each([
    ["the directory of a writer", ".", true],
    ["the directory of a reader", ".", false],
    [".baba of a writer", ".baba", true],
  ])("get() and add() say that %s was removed while it was open", async (_, removed, writes) => {
    const before = open();
    await before.asyncSession((session) => session.add(alice));
    await before.close();
    const db = open();
    await db.asyncSession<unknown>((session) => (writes ? session.add(alice) : session.get("1.baba")));
    rmSync(join(directory, removed), { recursive: true });
    for (const use of [
      () => db.asyncSession((session) => session.add(alice)),
      () => db.asyncSession().get("1.baba"),
      () => db.asyncSession().all(),
      () => db.asyncSession().count("heroes"),
    ]) {
      await expect(use()).rejects.toEqual(failure("BABA_IO"));
      await expect(use()).rejects.toThrow("removed or moved while it was open");
    }
    await db.close();
    expect(existsSync(join(directory, ".baba"))).toBe(false);
  });

  test.each(["full", "relaxed"] as const)(
    "add() makes a record's folder again that was removed while it was open; durability %s",
    async (durability) => {
      const db = new BabaDB(Hero, { directory, logging: false, durability });
      await db.asyncSession((session) => session.add(alice, "heroes/1.baba"));
      await db.asyncSession((session) => session.delete("heroes/1.baba"));
      rmdirSync(join(directory, "heroes"));
      await db.asyncSession(async (session) => {
        await session.add(alice, "heroes/2.baba");
        await session.add(alice, "villains/3.baba");
      });
      expect([json("heroes/2.baba"), json("villains/3.baba")]).toEqual([alice, alice]);
      await db.close();
    },
  );

  test("open() refuses a directory that is a file", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    for (const path of [file, join(file, "below")]) {
      const opening = open({ directory: path }).open();
      await expect(opening).rejects.toEqual(failure("BABA_NOT_A_FOLDER"));
      await expect(opening).rejects.toThrow("give another directory");
    }
  });

  test.runIf(process.getuid?.() === 0)(
    "all() reads from a directory that it may not write to, and add() says BABA_PERMISSION",
    async () => {
      const db = open();
      await db.asyncSession((session) => session.add(alice));
      await db.close();
      chmodSync(directory, 0o755);
      for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
        const path = join(directory, name);
        chownSync(path, 0, 0);
        chmodSync(path, 0o755);
      }
      const program = `
      import { BabaDB } from "@baba/node";
      import * as v from "valibot";
      const db = new BabaDB(v.object({ id: v.number(), name: v.string() }), { directory: ${JSON.stringify(directory)}, logging: false });
      console.log(JSON.stringify(await db.asyncSession((session) => session.all())));
      console.log(await db.asyncSession((session) => session.add({ id: 2, name: "Bob" })).catch((error) => error.code));
      await db.close();
    `;
      const child = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
        cwd: fileURLToPath(new URL("..", import.meta.url)),
        uid: 65534,
        gid: 65534,
        encoding: "utf8",
      });
      expect(child.stdout.trim().split("\n"), child.stderr).toEqual([
        JSON.stringify([alice]),
        "BABA_PERMISSION",
      ]);
    },
  );

  test("constructor chooses ./baba_logs of its working directory, into which events go line by line", async () => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      const db = new BabaDB(Hero, { directory: "data", logging: true });
      expect(existsSync("baba_logs")).toBe(false);
      mkdirSync("elsewhere");
      process.chdir("elsewhere");
      await db.asyncSession((session) => session.add(alice));
      await db.close();
      const logs = join(directory, "baba_logs");
      const [file = ""] = readdirSync(logs);
      expect(file).toMatch(/^baba_\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}-\d{3}_\d+\.log$/);
      const lines = readFileSync(join(logs, file), "utf8").trimEnd().split("\n");
      expect(lines.every((line) => /^\[BABA \([A-Z]+\)\] LOG: ./.test(line))).toBe(true);
      expect(lines.join("\n")).toContain("Committed 1 record written");
    } finally {
      process.chdir(before);
    }
  });

  test("a session that never commits does not keep the failures that were awaited", {
    timeout: 120_000,
  }, () => {
    const program = `
      import { BabaDB } from "@baba/node";
      import * as v from "valibot";
      const db = new BabaDB(v.object({ id: v.number() }), { directory: ${JSON.stringify(directory)}, logging: false });
      const session = db.asyncSession();
      let failed = 0;
      const fail = async () => {
        for (let i = 0; i < 5000; i++) {
          try { await session.get("bad"); } catch { failed++; }
          try { await session.add({ id: "bad" }); } catch { failed++; }
        }
        gc();
        return process.memoryUsage().heapUsed;
      };
      const before = await fail();
      const grown = await fail() - before;
      await session[Symbol.asyncDispose]();
      await db.close();
      console.log(JSON.stringify({ failed, grown }));
    `;
    const { failed, grown } = printedBy(program);
    expect(failed).toBe(20_000);
    // A failure that is kept takes a kilobyte and more.
    expect(grown).toBeLessThan(3e6);
  });

  test("stream() gives 10,000 records in less memory than they take", { timeout: 120_000 }, async () => {
    const program = `
      import { BabaDB } from "@baba/node";
      import * as v from "valibot";
      const db = new BabaDB(v.object({ id: v.number(), text: v.string() }), { directory: ${JSON.stringify(directory)}, logging: false });
      for (let start = 0; start < 10000; start += 1000) {
        await db.asyncSession(async (session) => {
          for (let id = start; id < start + 1000; id++) await session.add({ id, text: String(id).padEnd(4000, "x") });
        });
      }
      gc();
      const before = process.memoryUsage();
      let most = 0, count = 0;
      await db.asyncSession(async (session) => {
        for await (const { record } of session.stream()) {
          if (record.text.length !== 4000) throw new Error("wrong");
          if (++count % 500 === 0) { gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); most = Math.max(most, heapUsed + arrayBuffers); }
        }
      });
      await db.close();
      console.log(JSON.stringify({ count, grown: most - before.heapUsed - before.arrayBuffers }));
    `;
    const { count, grown } = printedBy(program);
    expect(count).toBe(10_000);
    // The records take 40 MB. A few batches are kept, in engines that also count memory coarsely.
    expect(grown).toBeLessThan(30e6);
  });
});

/** What a program prints that may collect garbage. */
function printedBy(program: string) {
  const child = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  return JSON.parse(child.stdout);
}
