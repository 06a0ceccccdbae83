import { expect, test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { storageInMemory } from "../testing/storage-subject.fixture.ts";
import { storageSuite } from "../testing/storage-suite.ts";
import { FileStorage } from "./file-storage.ts";

const changes = new Map([["1.baba", new TextEncoder().encode("one")]]);
const report = (message: string) => {
  throw new Error(message, { cause: "x" });
};

storageSuite(test, async () =>
  storageInMemory((files) => new FileStorage(files, memoryRuntime(), { report })),
);

test("FileStorage.read() answers at once if the file system does", async () => {
  const files = memoryFileSystem(new MemoryVolume());
  const storage = new FileStorage(files, memoryRuntime(), { report });
  await storage.open();
  await storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
  const [text] = await files.read(["1.baba"]);
  files.readEach = (_, take) => void take(text, 0);
  expect(storage.read(["1.baba"])).toEqual([changes.get("1.baba")]);
  await storage.close();
});

test("FileStorage.commit() makes a folder again that was removed, and the next checkpoint syncs it", async () => {
  const volume = new MemoryVolume();
  const files = memoryFileSystem(volume);
  const storage = new FileStorage(files, memoryRuntime(), { report });
  const commit = (names: readonly string[], text: string | undefined) =>
    storage.commit({
      changes: new Map(
        names.map((name) => [name, text === undefined ? text : new TextEncoder().encode(text)]),
      ),
      basis: undefined,
      durability: "full",
      settle: "commit",
    });
  await storage.open();
  await commit(["a/b/1.baba"], "one");
  await commit(["a/b/1.baba"], undefined);
  volume.folder(".").delete("a");
  await commit(["a/b/2.baba", "c/3.baba"], "two");
  expect([await files.names("a/b"), await files.names("c")]).toEqual([["2.baba"], ["3.baba"]]);
  const synced: string[] = [];
  const { syncFolders } = files;
  files.syncFolders = (paths) => {
    synced.push(...paths);
    return syncFolders.call(files, paths);
  };
  await storage.close();
  expect(synced).toEqual(expect.arrayContaining(["a/b", "a", "c", "."]));
});
