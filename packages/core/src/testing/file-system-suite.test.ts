import { expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { FAULTS, type Fault } from "./file-system-faults.fixture.ts";
import { fileSystemSuite, type Outside } from "./file-system-suite.ts";

test.each(Object.entries(FAULTS))("fileSystemSuite() finds that %s", async (_name, [finder, fault]) => {
  const { ran, failed } = await run(fault, { only: finder });
  expect(ran).toHaveLength(1);
  expect(failed).toEqual(ran);
});

test("fileSystemSuite() finds nothing wrong with a sound adapter", async () => {
  const { ran, failed } = await run(() => ({}));
  expect(ran.length).toBeGreaterThan(30);
  expect(failed).toEqual([]);
});

test("fileSystemSuite() fails a subject that lacks a capability it was registered with", async () => {
  const every = ["symbolicLink", "pipe", "mode", "withoutRights", "deadIdentity"] as const;
  const without = await run(() => ({}));
  const { ran, failed } = await run(() => ({}), { capabilities: every });
  expect(failed.length).toBeGreaterThan(0);
  expect(failed).toEqual(ran.filter((name) => !without.ran.includes(name)));
});

type Run = { readonly only?: string; readonly capabilities?: readonly (keyof Outside)[] };

/** Runs the suite (or the tests whose name contains the text) against an adapter with the fault. */
async function run(fault: Fault, { only = "", capabilities = [] }: Run = {}) {
  const tests = new Map<string, () => Promise<void>>();
  fileSystemSuite(
    (name, work) => name.includes(only) && tests.set(name, work),
    async () => subject(fault),
    capabilities,
  );
  const failed: string[] = [];
  for (const [name, work] of tests) await work().catch(() => failed.push(name));
  return { ran: [...tests.keys()], failed };
}

function subject(fault: Fault) {
  const volume = new MemoryVolume();
  const again = () => faulty(memoryFileSystem(volume), fault);
  return { fileSystem: again(), again, outside: {}, dispose: async () => {} };
}

function faulty(sound: FileSystem, fault: Fault): FileSystem {
  const replaced = fault(sound);
  return new Proxy(sound, {
    get(target, key: keyof FileSystem) {
      return replaced[key] ?? target[key].bind(target);
    },
  });
}
