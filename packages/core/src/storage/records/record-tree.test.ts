import { expect, test } from "vitest";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { recordFolders } from "./record-tree.ts";

async function walk(...folders: string[]): Promise<string[]> {
  const files = memoryFileSystem();
  for (const folder of folders) await files.makeFolder(folder);
  const found: string[] = [];
  for await (const { path } of recordFolders(files)) found.push(path);
  return found;
}

test("recordFolders() gives each folder before those in it, in the order of their names, without hidden ones", async () => {
  expect(await walk("b/d", "b/c/x", "b.c", "a", ".baba/tmp", "b/.git")).toEqual([
    ".",
    "a",
    "b",
    "b/c",
    "b/c/x",
    "b/d",
    "b.c",
  ]);
});

test("recordFolders() says which folders are another store's: those with a .baba of their own, and those in them", async () => {
  const files = memoryFileSystem();
  for (const folder of [".baba", "a", "b/.baba", "b/c", "c/.baba~"]) await files.makeFolder(folder);
  await files.create([{ path: "a/.baba", bytes: new Uint8Array() }]);
  const foreign: string[] = [];
  for await (const { path, isForeign } of recordFolders(files)) if (isForeign) foreign.push(path);
  expect(foreign).toEqual(["b", "b/c"]);
});

test("recordFolders() has no bound of depth", async () => {
  const deep = Array.from({ length: 3000 }, () => "f").join("/");
  expect((await walk(deep)).at(-1)).toBe(deep);
});

test("recordFolders() of no directory gives nothing", async () => {
  const found: string[] = [];
  for await (const { path } of recordFolders(memoryFileSystem())) found.push(path);
  expect(found).toEqual([]);
});
