import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nodeFileSystem } from "./node-file-system.ts";

/** How often each file cannot be opened. */
const { refusals, mayOpen } = vi.hoisted(() => {
  const refusals = new Map<string, number>();
  const mayOpen = (path: string): void => {
    const name = path.replace(/^.*[\\/]/, "");
    const left = refusals.get(name) ?? 0;
    refusals.set(name, left - 1);
    if (left > 0) throw Object.assign(new Error("too many"), { code: "EMFILE" });
  };
  return { refusals, mayOpen };
});
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const openSync = (...input: Parameters<typeof fs.openSync>): number => {
    mayOpen(String(input[0]));
    return fs.openSync(...input);
  };
  const opendirSync = (...input: Parameters<typeof fs.opendirSync>): ReturnType<typeof fs.opendirSync> => {
    mayOpen(String(input[0]));
    return fs.opendirSync(...input);
  };
  // Bun opens a path to find its true name.
  const native = (path: string): string => {
    mayOpen(path);
    return fs.realpathSync.native(path);
  };
  return { ...fs, openSync, opendirSync, realpathSync: { native } };
});
vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  const readdir = async (path: string): Promise<string[]> => {
    mayOpen(path);
    return fs.readdir(path);
  };
  return { ...fs, readdir };
});
vi.mock("node:timers/promises", async (original) => ({
  ...(await original<typeof import("node:timers/promises")>()),
  setTimeout: async () => undefined,
}));

const PATHS = ["a", "b", "c", "d"];
const bytesOf = (path: string): Uint8Array => new Uint8Array(Buffer.from(`the text of ${path}`));

let root: string;
let files: FileSystem;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-crowded-"));
  files = nodeFileSystem(root);
  for (const path of PATHS) await writeFile(join(root, path), bytesOf(path));
  refusals.clear();
});

afterEach(async () => {
  await files.close();
  await rm(root, { recursive: true });
});

test("read() gives each file its own bytes, also those that could not be opened at first", async () => {
  refusals.set("b", 1).set("d", 3);
  expect(await files.read(PATHS)).toEqual(PATHS.map(bytesOf));
});

test("read() gives the error of a file that can never be opened, and the others' bytes", async () => {
  refusals.set("b", Number.POSITIVE_INFINITY).set("c", 1);
  const expected: unknown[] = PATHS.map(bytesOf);
  expected[1] = expect.objectContaining({ code: "EMFILE" });
  expect(await files.read(PATHS)).toEqual(expected);
});

test("readEach() rejects with what its caller throws of a file that could not be opened at first", async () => {
  refusals.set("b", 1);
  const reading = async (): Promise<void> =>
    files.readEach(PATHS, (_file, i) => {
      if (i === 1) throw new Error("planted");
    });
  await expect(reading()).rejects.toThrow("planted");
});

test("write() waits while the file cannot be opened, and writes all of it", async () => {
  refusals.set("b", 2);
  await files.write("b", 4, bytesOf("x"));
  const [found] = await files.read(["b"]);
  expect(found).toEqual(new Uint8Array(Buffer.from("the the text of x")));
});

test("identity() waits while the root cannot be opened, and is that of another adapter", async () => {
  const identity = await nodeFileSystem(root).identity();
  refusals.set(basename(root), 2);
  expect(await files.identity()).toBe(identity);
});

test("readRange() waits while the file cannot be opened, and then gives its bytes", async () => {
  refusals.set("b", 2);
  expect(await files.readRange("b", 4, 6)).toEqual(bytesOf("b").subarray(4, 10));
});

test("list() and names() wait while the folder cannot be opened, and then give all that is in it", async () => {
  refusals.set(basename(root), 2);
  const listed = (await files.list("."))?.map(({ name }) => name);
  refusals.set(basename(root), 2);
  expect([listed?.sort(), (await files.names("."))?.sort()]).toEqual([PATHS, PATHS]);
});

test("list(), names() and readRange() reject with the error of what can never be opened", async () => {
  for (const name of [basename(root), "a"]) refusals.set(name, Number.POSITIVE_INFINITY);
  const crowded = expect.objectContaining({ code: "EMFILE" });
  await expect(files.list(".")).rejects.toEqual(crowded);
  await expect(files.names(".")).rejects.toEqual(crowded);
  await expect(files.readRange("a", 0, 4)).rejects.toEqual(crowded);
});
