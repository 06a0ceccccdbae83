import { expect, test } from "vitest";
import { fileSystemSuite } from "../testing/file-system-suite.ts";
import { memoryFileSystem } from "./memory.ts";
import { MemoryVolume } from "./memory-volume.ts";

fileSystemSuite(test, async () => {
  const volume = new MemoryVolume();
  const again = () => memoryFileSystem(volume);
  return { fileSystem: again(), again, outside: {}, dispose: async () => {} };
});

test("memoryFileSystem() without a volume has files of its own", async () => {
  const [one, other] = [memoryFileSystem(), memoryFileSystem()];
  await one.makeFolder("folder");
  expect(await other.list(".")).toBeUndefined();
  expect(await one.identity()).not.toBe(await other.identity());
});

test("memoryFileSystem() keeps both names of one file that is renamed onto itself, as POSIX says", async () => {
  const files = memoryFileSystem();
  await files.makeFolder(".");
  await files.create([{ path: "a", bytes: new Uint8Array([1]) }]);
  await files.link("a", "b");
  await files.rename([{ from: "a", to: "b" }]);
  expect((await files.list("."))?.map((entry) => entry.name).sort()).toEqual(["a", "b"]);
});

test("memoryFileSystem() keeps no memory of a Buffer that it was given", async () => {
  const files = memoryFileSystem();
  await files.makeFolder(".");
  const bytes = Buffer.from([1, 2, 3]);
  await files.create([{ path: "a", bytes }]);
  bytes.fill(9);
  expect(await files.read(["a"])).toEqual([new Uint8Array([1, 2, 3])]);
});

test("memoryFileSystem() knows that its own process lives, and nothing of any other", async () => {
  const files = memoryFileSystem();
  expect(await files.lives(await files.processIdentity(), "absent")).toBe(true);
  expect(await files.lives('{"pid":1,"host":"here"}', "absent")).toBeUndefined();
});
