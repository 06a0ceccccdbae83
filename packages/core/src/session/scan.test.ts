import { expect, test } from "vitest";
import { EventLoop } from "../runtime/event-loop.ts";
import { FolderCache } from "./folder-cache.ts";
import { openedStorage } from "./opened-storage.fixture.ts";
import { scan } from "./scan.ts";
import { View } from "./view.ts";

test("scan() lets others have a turn between the listing of a folder and the first read", async () => {
  const { runtime, storage } = await openedStorage();
  const changes = new Map([["1.baba", new TextEncoder().encode("{}")]]);
  await storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
  const calls: string[] = [];
  const { list, read } = storage;
  storage.list = async (folder) => {
    const names = await list.call(storage, folder);
    calls.push("listed");
    return names;
  };
  storage.read = (names) => {
    calls.push("reads");
    return read.call(storage, names);
  };
  const loop = {
    pause: async () => {
      calls.push("asks for a turn");
      await new Promise((resolve) => setImmediate(resolve));
      calls.push("has had it");
    },
  };
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  const chunks = scan({ view, cache: new FolderCache(), loop }, ".");
  expect((await chunks.next()).value).toMatchObject({ names: ["1.baba"], texts: ["{}"] });
  expect(calls).toEqual(["listed", "asks for a turn", "has had it", "reads"]);
  expect((await chunks.next()).done).toBe(true);
  await storage.close();
});

test("scan() keeps no listing in which a pending change had a part, whatever became of the change", async () => {
  const { runtime, storage } = await openedStorage();
  const changes = new Map(["1.baba", "2.baba"].map((name) => [name, new TextEncoder().encode("{}")]));
  await storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
  storage.stamp = async () => "unchanged";
  const [view, cache] = [new View(async () => storage, new EventLoop(runtime), new Set()), new FolderCache()];
  const loop = { pause: async () => view.discard() };
  const { list } = storage;
  storage.list = async (folder) => {
    view.change("1.baba", undefined);
    return list.call(storage, folder);
  };
  for await (const { names } of scan({ view, cache, loop }, ".")) expect(names).toEqual(["2.baba"]);
  expect(cache.find(".", "unchanged")).toBeUndefined();
  await storage.close();
});
