import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem, NewFile } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LONG_BYTES, SHORT_BYTES } from "./limits.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { Pace } from "./pace.ts";
import { writers } from "./threads.ts";
import { Writer } from "./writer.ts";

let root: string;
let files: FileSystem;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baba-writer-"));
  files = nodeFileSystem(root);
  await files.makeFolder("tmp");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await files.close();
  await rm(root, { recursive: true });
});

/** Files of various lengths, some of which fill a slice. */
function given(count: number): NewFile[] {
  return Array.from({ length: count }, (_, i) => ({
    path: `${i}`,
    bytes: new Uint8Array(i % 100 === 7 ? 300_000 : 200 + i).fill(i),
  }));
}

/** Bytes that differ between nearby positions. */
function bytesOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i % 251) ^ (i >>> 16));
}

/** Has the thread's next job stop after 20 of its items, which `work` does, as too many files are open. */
function stopOnce(work: () => Promise<void>): void {
  const error = { message: "too many", code: "EMFILE" };
  vi.spyOn(writers, "run").mockImplementationOnce(async () => {
    await work();
    return { done: 20, error, emptied: new ArrayBuffer(512 * 1024) };
  });
}

async function expectCreated(created: readonly NewFile[]): Promise<void> {
  const found = await files.read(created.map(({ path }) => path));
  const equal = created.map(({ bytes }, i) => Buffer.compare(bytes, Buffer.from(found[i] as Uint8Array)));
  expect(equal.every((order) => order === 0)).toBe(true);
}

test("create() starts no thread for files that are written to memory", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(true);
  const run = vi.spyOn(writers, "run");
  await files.create(given(900));
  await expectCreated(given(900));
  expect(run).not.toHaveBeenCalled();
});

test("create() goes on in the thread if the disk is slow, and mixes nothing up in batches at once", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  const run = vi.spyOn(writers, "run");
  const all = given(900);
  await Promise.all([0, 300, 600].map((from) => files.create(all.slice(from, from + 300))));
  await expectCreated(all);
  expect(run.mock.calls.filter(([, job]) => job === "create").length).toBeGreaterThan(3);
});

test("create() passes on in which file the thread failed, with its code", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  await files.create([{ path: "500", bytes: new Uint8Array(1) }]);
  const failure: unknown = await files.create(given(900)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).toMatchObject({ code: "EEXIST" });
  expect(await files.kinds(["499", "500", "501"])).toEqual(["file", "file", undefined]);
});

test("create() in the thread keeps every byte of files around the most that is packed at once", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  const sizes = [10, 524_287, 524_288, 524_289, 1_100_000, 10];
  const all = Array.from({ length: 120 }, (_, i) => ({ path: `${i}`, bytes: bytesOf(sizes[i] ?? 10) }));
  await files.create(all);
  await expectCreated(all);
});

test("create() opens no file again that was written whole at once", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  const write = vi.spyOn(Writer.prototype, "write");
  const ofSize = (name: string, length: number) => ({ path: name, bytes: bytesOf(length) });
  await files.create([ofSize("short", 10), ofSize("whole", SHORT_BYTES), ofSize("longer", SHORT_BYTES + 1)]);
  await files.create([...given(120), ofSize("slice", 524_288), ofSize("more", 524_289)]);
  expect(write.mock.calls.map(([path]) => path)).toEqual(["longer", "more"]);
});

test("create() in the thread goes on after too many files were open, and makes nothing twice", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  stopOnce(async () => {
    const done = (await files.names("."))?.filter((name) => name !== "tmp").length ?? 0;
    await files.create(given(done + 20).slice(done));
  });
  await files.create(given(200));
  await expectCreated(given(200));
});

test("rename() in the thread goes on after too many files were open, and moves nothing twice", async () => {
  vi.spyOn(Pace.prototype, "isQuick", "get").mockReturnValue(false);
  const moves = given(200).map(({ path }) => ({ from: `tmp/${path}`, to: path }));
  await files.create(given(200).map(({ path, bytes }) => ({ path: `tmp/${path}`, bytes })));
  stopOnce(async () => {
    const left = (await files.names("tmp"))?.length ?? 0;
    await files.rename(moves.slice(-left).slice(0, 20));
  });
  await files.rename(moves);
  await expectCreated(given(200));
  expect(await files.list("tmp")).toEqual([]);
});

test("write() of a long Buffer writes all of it, and leaves the caller its bytes", async () => {
  const bytes = Buffer.from(bytesOf(9 * 1024 * 1024));
  await files.create([{ path: "long", bytes: new Uint8Array() }]);
  await files.write("long", 0, bytes);
  const [written] = await files.read(["long"]);
  expect(Buffer.compare(bytes, Buffer.from(written as Uint8Array))).toBe(0);
  expect(bytes).toHaveLength(9 * 1024 * 1024);
});

test("close() of an adapter that has written in a thread ends when that thread has", async () => {
  const ends: number[] = [];
  process.once("worker", (worker) => void worker.once("exit", (status) => ends.push(status)));
  await files.create([{ path: "a", bytes: new Uint8Array(LONG_BYTES + 1) }]);
  await files.close();
  expect(ends).toHaveLength(1);
});
