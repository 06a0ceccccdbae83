import { expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { FAULTS, type Fault } from "./file-system-faults.fixture.ts";
import { LINK_FAULTS } from "./file-system-faults-links.fixture.ts";
import { LinkedVolume } from "./file-system-links.fixture.ts";
import { type FileSystemSubject, fileSystemSuite, type Outside } from "./file-system-suite.ts";

const WITH_LINKS: Run = { capabilities: ["symbolicLink", "pipe"], create: linkedSubject };

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

test.each(Object.entries(LINK_FAULTS))("fileSystemSuite() finds that %s", async (_name, [finder, fault]) => {
  const { ran, failed } = await run(fault, { only: finder, ...WITH_LINKS });
  expect(ran).toHaveLength(1);
  expect(failed).toEqual(ran);
});

test("fileSystemSuite() finds nothing wrong with an adapter that is sound about links and pipes", async () => {
  for (const only of new Set(Object.values(LINK_FAULTS).map(([finder]) => finder)))
    expect((await run(() => ({}), { only, ...WITH_LINKS })).failed).toEqual([]);
});

test("fileSystemSuite() fails a subject that lacks a capability it was registered with", async () => {
  const every = ["symbolicLink", "pipe", "mode", "withoutRights", "deadIdentity"] as const;
  const without = await run(() => ({}));
  const { ran, failed } = await run(() => ({}), { capabilities: every });
  expect(failed.length).toBeGreaterThan(0);
  expect(failed).toEqual(ran.filter((name) => !without.ran.includes(name)));
});

type Run = {
  readonly only?: string;
  readonly capabilities?: readonly (keyof Outside)[];
  readonly create?: (fault: Fault) => FileSystemSubject;
};

/** Runs the suite (or the tests whose name contains the text) against an adapter with the fault. */
async function run(fault: Fault, { only = "", capabilities = [], create = subject }: Run = {}) {
  const tests = new Map<string, () => Promise<void>>();
  fileSystemSuite(
    (name, work) => name.includes(only) && tests.set(name, work),
    async () => create(fault),
    capabilities,
  );
  const failed: string[] = [];
  for (const [name, work] of tests) await work().catch(() => failed.push(name));
  return { ran: [...tests.keys()], failed };
}

function subject(fault: Fault): FileSystemSubject {
  const volume = new MemoryVolume();
  const again = () => faulty(memoryFileSystem(volume), fault);
  return { fileSystem: again(), again, outside: {}, dispose: async () => {} };
}

function linkedSubject(fault: Fault): FileSystemSubject {
  const volume = new LinkedVolume(new MemoryVolume());
  const again = () => faulty(volume.fileSystem(), fault);
  const outside = {
    symbolicLink: (_target: string, path: string) => volume.put(path, "ELOOP"),
    pipe: (path: string) => volume.put(path, "ENOTSUP"),
  };
  return { fileSystem: again(), again, outside, dispose: async () => {} };
}

function faulty(sound: FileSystem, fault: Fault): FileSystem {
  const replaced = fault(sound);
  return new Proxy(sound, {
    get(target, key: keyof FileSystem) {
      return replaced[key] ?? target[key].bind(target);
    },
  });
}
