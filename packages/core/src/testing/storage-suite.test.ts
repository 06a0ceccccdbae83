import { expect, test } from "vitest";
import { FileStorage } from "../storage/file-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { memoryRuntime } from "./memory-runtime.ts";
import { STORAGE_FAULTS } from "./storage-faults.fixture.ts";
import type { StorageFault } from "./storage-faults-steps.fixture.ts";
import { storageInMemory } from "./storage-subject.fixture.ts";
import { type StorageSubject, storageSuite } from "./storage-suite.ts";

test.each(Object.entries(STORAGE_FAULTS))("storageSuite() finds that %s", async (_name, [finder, fault]) => {
  const { ran, failed } = await run(fault, finder);
  // One in each mode of settling.
  expect(ran).toHaveLength(2);
  expect(failed).toEqual(ran);
});

test("storageSuite() finds nothing wrong with a sound storage", async () => {
  const { ran, failed } = await run(() => ({}));
  expect(ran.length).toBeGreaterThan(30);
  expect(failed).toEqual([]);
});

/** Runs the suite's tests whose name contains the text against a storage with the fault. */
async function run(fault: StorageFault, only = "") {
  const tests = new Map<string, () => Promise<void>>();
  storageSuite(
    (name, work) => name.includes(only) && tests.set(name, work),
    async () => subject(fault),
  );
  const failed: string[] = [];
  for (const [name, work] of tests) await work().catch(() => failed.push(name));
  return { ran: [...tests.keys()], failed };
}

function subject(fault: StorageFault): StorageSubject {
  const options = { report: () => undefined };
  return storageInMemory((files) => faulty(new FileStorage(files, memoryRuntime(), options), fault));
}

function faulty(sound: Storage, fault: StorageFault): Storage {
  const replaced = fault(sound);
  return new Proxy(sound, {
    get: (target, key: keyof Storage) => replaced[key] ?? target[key].bind(target),
  });
}
