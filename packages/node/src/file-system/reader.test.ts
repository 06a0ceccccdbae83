import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nodeFileSystem } from "./node-file-system.ts";
import { Pace } from "./pace.ts";
import { threads } from "./threads.ts";
import { budget } from "./turn.ts";

const PATHS = Array.from({ length: 20 }, (_, i) => `${i}`);
const bytesOf = (path: string): Uint8Array => new Uint8Array(100).fill(Number(path));

let root: string;
let files: FileSystem;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-reader-"));
  files = nodeFileSystem(root);
  await files.create(PATHS.map((path) => ({ path, bytes: bytesOf(path) })));
  // After one file, all go to threads.
  vi.spyOn(budget, "atOnce").mockImplementation((work) => work(0));
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await files.close();
  await rm(root, { recursive: true });
});

test("read() gives bytes that no later readEach() in the same threads reaches", async () => {
  const run = vi.spyOn(threads, "run");
  const found = await files.read(PATHS);
  for (let round = 0; round < 3; round++) await files.readEach([...PATHS].reverse(), () => undefined);
  expect(found).toEqual(PATHS.map(bytesOf));
  expect(run).toHaveBeenCalledTimes(4);
});

test("readEach() in threads gives the next batch the memory that came back, and read() none of it", async () => {
  const run = vi.spyOn(threads, "run");
  for (let round = 0; round < 2; round++) await files.readEach(PATHS, () => undefined);
  await files.read(PATHS);
  await files.readEach(PATHS, () => undefined);
  const buffersOf = run.mock.calls.map(([, , input]) => input[2]);
  expect(buffersOf).toEqual([[], [expect.any(ArrayBuffer)], [], [expect.any(ArrayBuffer)]]);
});

test("read() in threads gives each file its own error or absence, beside the others' bytes", async () => {
  await files.makeFolder("folder");
  const failed = (code: string): unknown => expect.objectContaining({ code });
  const found: unknown[] = await files.read(["0", "folder", "absent", "1/inside", "2"]);
  expect(found).toEqual([bytesOf("0"), failed("EISDIR"), undefined, failed("ENOTDIR"), bytesOf("2")]);
});

test("readEach() in threads has a few MiB of long files at a time, and gives all of them in order", async () => {
  const MIB = 1024 * 1024;
  const long = ["a", "b", "c", "d", "e"];
  await files.create(long.map((path, i) => ({ path, bytes: new Uint8Array(5 * MIB).fill(i) })));
  const run = vi.spyOn(threads, "run");
  const found: number[] = [];
  await files.readEach(["0", ...long, "1"], (file, i) => {
    if (file instanceof Uint8Array && file.length === 5 * MIB) found.push(file[0] ?? -1, i);
  });
  expect(found).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
  const sizes = await Promise.all(run.mock.results.map(({ value }) => value));
  expect(sizes.map(({ places }) => places.length / 3)).toEqual([2, 2, 2]);
});

test("readEach() on the calling thread reads the files of all stores into one room", async () => {
  const others = Array.from({ length: 3 }, () => nodeFileSystem(root));
  const [rooms, found] = [new Set<unknown>(), new Set<unknown>()];
  for (const [i, store] of [files, ...others].entries()) {
    await store.readEach([`${i}`], (file) => {
      if (!(file instanceof Uint8Array)) return;
      rooms.add(file.buffer);
      found.add(file[0]);
    });
  }
  for (const store of others) await store.close();
  expect([rooms.size, [...found]]).toEqual([1, [0, 1, 2, 3]]);
});
