import { expect, test, vi } from "vitest";
import { checkUnlock } from "../../crypto/lock.ts";
import { openLog } from "../../log/log.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { assemble } from "./assemble.ts";

test("assemble() has all stores take turns in the context's one event loop", async () => {
  const runtime = memoryRuntime();
  const context = assemble(runtime);
  const breathe = vi.spyOn(context.loop, "breathe");
  const log = openLog(false, undefined, runtime);
  for (const directory of ["a", "b"]) {
    const { storage } = await context.openStore(directory, checkUnlock({}), log);
    const names = Array.from({ length: 1000 }, (_, i) => `${i}.baba`);
    const changes = new Map(names.map((name) => [name, new Uint8Array(1)]));
    breathe.mockClear();
    await storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
    expect(breathe).toHaveBeenCalled();
    await storage.close();
  }
});

test("close() of a store from openStore() gives up one user's share, however often it is called", async () => {
  const runtime = memoryRuntime();
  const context = assemble(runtime);
  const open = () => context.openStore(".", checkUnlock({}), openLog(false, undefined, runtime));
  const [first, second] = [await open(), await open()];
  await Promise.all([first.storage.close(), first.storage.close()]);
  await first.storage.close();
  const changes = new Map([["1.baba", new Uint8Array(1)]]);
  await second.storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
  expect(await second.storage.list(".")).toEqual(["1.baba"]);
  await second.storage.close();
});
