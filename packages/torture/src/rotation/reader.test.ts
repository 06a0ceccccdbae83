import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BabaDB } from "@baba/node";
import { expect, test } from "vitest";
import { newFolders } from "../harness/planted.fixture.ts";
import { Page, textOf } from "./model.ts";
import { readAnew } from "./reader.ts";

const newFolder = newFolders();
const key = new Uint8Array(32).fill(7);
const pages = (directory: string) => new BabaDB(Page, { directory, key, logging: false });

test("readAnew() counts all pages of a sound store, and finds nothing wrong", async () => {
  expect(await readAnew(pages(await soundStore()), true)).toEqual({ pages: 3, wrong: [] });
});

test("readAnew() finds a page of another text", async () => {
  const directory = await soundStore();
  const db = pages(directory);
  await db.asyncSession((session) => session.update({ id: 1, text: textOf(2) }, "book/1.baba"));
  await db.close();
  expect(await readAnew(pages(directory), false)).toEqual({ pages: 3, wrong: ["book/1.baba: another text"] });
});

test("readAnew() counts a page less if one is gone, and rejects if one cannot be opened", async () => {
  const gone = await soundStore();
  rmSync(join(gone, "0.baba"));
  expect((await readAnew(pages(gone), false)).pages).toBe(2);
  const spoilt = await soundStore();
  writeFileSync(join(spoilt, "book", "annex", "2.baba"), "012");
  await expect(readAnew(pages(spoilt), false)).rejects.toThrow("book/annex/2.baba");
});

test("readAnew() names what verify() finds wrong and no reader meets", async () => {
  const directory = await soundStore();
  writeFileSync(join(directory, "elsewhere.txt"), "no record");
  mkdirSync(join(directory, "other"));
  writeFileSync(join(directory, "other", "9.baba"), "012");
  expect(await readAnew(pages(directory), true)).toEqual({
    pages: 3,
    wrong: [expect.stringMatching(/^other\/9\.baba: BABA_/)],
  });
});

async function soundStore(): Promise<string> {
  const directory = newFolder();
  const db = pages(directory);
  await db.asyncSession(async (session) => {
    for (const [id, folder] of ["", "book/", "book/annex/"].entries())
      await session.add({ id, text: textOf(id) }, `${folder}${id}.baba`);
  });
  await db.close();
  return directory;
}
