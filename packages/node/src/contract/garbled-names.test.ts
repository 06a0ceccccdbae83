import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB, type RecordProblem } from "../index.ts";

const Loose = v.looseObject({ id: v.unknown() });
const record = { id: 1 };
let directory: string;
let db: BabaDB<typeof Loose>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-garbled-"));
  db = new BabaDB(Loose, { directory, logging: false });
});
afterEach(async () => {
  await db.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("section 4: names that are not UTF-8 on the disk", () => {
  const lost = { code: "BABA_NAME", record: "\ufffd.baba" };
  const full = (...bytes: readonly number[]) =>
    Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(bytes)]);
  const told = (problems: readonly RecordProblem[]) =>
    problems.map(({ code, filename }) => ({ code, record: filename }));
  /** Whether such a name exists now. A file system may refuse it, or a runtime turn it into a valid one. */
  const takes = (make: () => void): boolean => {
    try {
      make();
    } catch {
      return false;
    }
    const made = readdirSync(directory).filter((name) => name.includes("\ufffd"));
    const sound = made.filter((name) => existsSync(join(directory, name)));
    for (const name of sound) rmSync(join(directory, name), { recursive: true });
    return made.length > sound.length;
  };
  const garble = () => {
    const text = readFileSync(join(directory, "1.baba"));
    return takes(() => writeFileSync(full(0xff, ...Buffer.from(".baba")), text));
  };
  beforeEach(async () => {
    await db.asyncSession((session) => session.add(record));
  });

  test("all(), filter() and stream() throw at them, or skip and log them", async () => {
    const isThere = garble();
    const lines: string[] = [];
    const nothing = () => {};
    const error = (line: string) => void lines.push(line);
    const logger = { debug: nothing, info: nothing, warn: nothing, error };
    await using logged = new BabaDB(Loose, { directory, logging: logger });
    await logged.asyncSession(async (session) => {
      const first = async () => {
        for await (const { filename } of session.stream()) if (filename !== "1.baba") return;
      };
      for (const read of [() => session.all(), () => session.filter(".", {}), first]) {
        if (isThere) await expect(read()).rejects.toMatchObject(lost);
        else await read();
      }
      lines.length = 0;
      expect(await session.all(".", Loose, { unreadable: "skip" })).toEqual([record]);
      expect(lines).toEqual(isThere ? [expect.stringContaining("not UTF-8: rename it")] : []);
      expect(await session.count()).toBe(isThere ? 2 : 1);
    });
  });

  test("verify(), seal() and rewrap() report them as problems until they are renamed", async () => {
    const isThere = garble();
    const problems = isThere ? [lost] : [];
    expect(told((await db.verify()).problems)).toEqual(problems);
    await db.close();
    const sealed = new BabaDB(Loose, { directory, passphrase: "correct horse", logging: false });
    const report = await sealed.seal();
    expect(told(report.problems)).toEqual(problems);
    expect(report.sealed).toBe(1);
    if (isThere) renameSync(full(0xff, ...Buffer.from(".baba")), join(directory, "2.baba"));
    expect(await sealed.seal()).toMatchObject({ sealed: isThere ? 1 : 0, problems: [] });
    await sealed.rotateKey();
    const garbled = garble();
    const rewrapped = await sealed.rewrap({ dropRetired: true });
    expect(told(rewrapped.problems)).toEqual(garbled ? [lost] : []);
    expect(rewrapped.retiredKeys).toBe(garbled ? 1 : 0);
    await sealed.close();
  });

  test("verify() reports them as problems if they are of folders", async () => {
    const isThere = takes(() => {
      mkdirSync(full(0xff));
      writeFileSync(full(0xff, ...Buffer.from("/1.baba")), "");
    });
    const { problems } = await db.verify();
    expect(problems.map(({ code, filename }) => [code, filename])).toEqual(
      isThere ? [["BABA_NAME", "\ufffd"]] : [],
    );
  });

  test("add(), get(), all() and verify() accept U+FFFD in names that are UTF-8", async () => {
    const names = ["\ufffd.baba", "\ufffd/\ufffd.baba"];
    await db.asyncSession(async (session) => {
      for (const name of names) await session.add(record, name);
      await session.commit();
      for (const name of names) expect(await session.get(name)).toEqual(record);
      expect(await session.all("\ufffd")).toEqual([record]);
      expect(await session.get("\ufffd\ufffd.baba")).toBeUndefined();
    });
    expect(await db.verify()).toEqual({ records: 3, problems: [] });
  });
});
