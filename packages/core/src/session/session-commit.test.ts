import * as v from "valibot";
import { expect, test } from "vitest";
import { openLog } from "../log/log.ts";
import { EventLoop } from "../runtime/event-loop.ts";
import { FileStorage } from "../storage/file-storage.ts";
import type { Transaction } from "../storage/storage.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { FolderCache } from "./folder-cache.ts";
import { AsyncSession } from "./session.ts";

test("commit() gives its changes away: what is queued afterwards, also after a failure, is not among them", async () => {
  const runtime = memoryRuntime();
  const storage = new FileStorage(runtime.fileSystem("data"), runtime, () => undefined);
  await storage.open();
  const given: Transaction["changes"][] = [];
  storage.commit = async ({ changes }) => {
    given.push(changes);
    if (given.length === 1) throw new Error("not now");
  };
  const session = new AsyncSession({
    storage: async () => storage,
    refusal: () => undefined,
    track: () => undefined,
    schema: v.object({ id: v.number() }),
    log: openLog(false, undefined, runtime),
    loop: new EventLoop(runtime),
    cache: new FolderCache(),
    hold: undefined,
    durability: "full",
    settle: "commit",
  });
  await session.add({ id: 1 });
  await expect(session.commit()).rejects.toThrow("not now");
  await session.add({ id: 2 });
  await session.commit();
  await session.add({ id: 3 });
  expect(given.map((changes) => [...changes.keys()])).toEqual([["1.baba"], ["1.baba", "2.baba"]]);
  await storage.close();
});
