import { memoryFileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CountingFileSystem } from "./counting-file-system.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("CountingFileSystem.placed() resolves once so many records are in their places or removed", async () => {
  const files = new CountingFileSystem(memoryFileSystem());
  await files.makeFolder(".");
  await files.create([{ path: "a", bytes: new Uint8Array(3) }]);
  const both = files.placed(2);
  await files.rename([{ from: "a", to: "1.baba" }]);
  await files.remove(["1.baba"]);
  await expect(both).resolves.toBeUndefined();
  expect(files.counts).toMatchObject({ bytes: 3, syncs: 0, calls: 4 });
});

test("CountingFileSystem.placed() rejects if no more files come, and tells how many did", async () => {
  const files = new CountingFileSystem(memoryFileSystem());
  const both = expect(files.placed(2)).rejects.toThrow("Of 2 record files 0 are in place");
  await vi.advanceTimersByTimeAsync(20_000);
  await both;
});
