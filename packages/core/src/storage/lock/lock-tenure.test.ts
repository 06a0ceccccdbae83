import { expect, test } from "vitest";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { BREAKS_FOLDER, LOCK_FILE, OWNERS_FOLDER } from "../layout.ts";
import { LockTenure } from "./lock-tenure.ts";
import { WriteLock } from "./write-lock.ts";

test("LockTenure.force() ends isAlone before a kept lock is removed, as others may commit from then on", async () => {
  const files = memoryFileSystem();
  for (const folder of [OWNERS_FOLDER, BREAKS_FOLDER]) await files.makeFolder(folder);
  const runtime = { ...memoryRuntime(), elapsed: () => 0 };
  const lock = new WriteLock(files, runtime, { token: "a", identity: "process a" });
  const tenure = new LockTenure(lock, runtime, () => Promise.resolve());
  await lock.announce();
  for (let commit = 0; commit < 2; commit++) {
    tenure.resume();
    await lock.acquire();
    tenure.begin();
    await tenure.rest();
  }
  expect([tenure.isResting, tenure.isAlone]).toEqual([true, true]);
  const forcing = tenure.force();
  expect(tenure.isAlone).toBe(false);
  await forcing;
  expect(await files.kinds([LOCK_FILE])).toEqual([undefined]);
});
