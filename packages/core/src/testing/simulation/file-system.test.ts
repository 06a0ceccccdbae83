import { expect, test } from "vitest";
import { fileSystemSuite } from "../file-system-suite.ts";
import { SimulatedDisk } from "./disk.ts";
import { simulatedFileSystem } from "./file-system.ts";
import { SimulatedMachine } from "./machine.ts";
import type { Step } from "./step.ts";

fileSystemSuite(test, async () => {
  const machine = new SimulatedMachine();
  const disk = new SimulatedDisk();
  const process = machine.start("process");
  const again = () => simulatedFileSystem(disk, { process });
  const deadIdentity = async () => {
    const ended = machine.start("ended");
    ended.kill();
    return { identity: ended.identity, announced: "absent" };
  };
  return { fileSystem: again(), again, outside: { deadIdentity }, dispose: async () => {} };
}, ["deadIdentity"]);

test("simulatedFileSystem() asks the hook about every file of a batch", async () => {
  const steps: string[] = [];
  const hook = (step: Step) => void steps.push(`${step.call} ${step.path}`);
  const files = simulatedFileSystem(new SimulatedDisk(), { hook });
  await files.makeFolder("f");
  await files.create([
    { path: "f/a", bytes: new Uint8Array(3) },
    { path: "f/b", bytes: new Uint8Array() },
  ]);
  await files.sync(["f/a", "f/b"]);
  expect(steps).toEqual([
    "makeFolder .",
    "makeFolder f",
    "create f/a",
    "write f/a",
    "create f/b",
    "sync f/a",
    "sync f/b",
  ]);
});

test("simulatedFileSystem() writes the first bytes before a short write fails", async () => {
  const hook = (step: Step) => (step.call === "write" ? { fail: "ENOSPC" as const, bytes: 2 } : undefined);
  const files = simulatedFileSystem(new SimulatedDisk(), { hook });
  await files.makeFolder(".");
  await expect(files.create([{ path: "a", bytes: new Uint8Array([1, 2, 3]) }])).rejects.toMatchObject({
    code: "ENOSPC",
  });
  expect(await files.read(["a"])).toEqual([new Uint8Array([1, 2])]);
});

test("simulatedFileSystem() gives an injected read error in the file's place", async () => {
  const hook = (step: Step) =>
    step.call === "read" && step.path === "a" ? { fail: "EIO" as const } : undefined;
  const files = simulatedFileSystem(new SimulatedDisk(), { hook });
  expect(await files.read(["a", "b"])).toEqual([expect.objectContaining({ code: "EIO" }), undefined]);
});

test("simulatedFileSystem() does nothing more for a process that was killed", async () => {
  const disk = new SimulatedDisk();
  const machine = new SimulatedMachine();
  const process = machine.start("a");
  const hook = (step: Step) => (step.path === "b" ? { end: "process" as const } : undefined);
  const files = simulatedFileSystem(disk, { process, hook });
  await files.makeFolder(".");
  let ended = false;
  const work = files.create([
    { path: "a", bytes: new Uint8Array(1) },
    { path: "b", bytes: new Uint8Array(1) },
  ]);
  void work.finally(() => {
    ended = true;
  });
  for (let turn = 0; turn < 100; turn++) await undefined;
  expect(ended).toBe(false);
  expect(disk.describe()).toMatch(/^a 1 bytes #\w+$/);
  expect(machine.lives(process.identity)).toBe(false);
  const other = simulatedFileSystem(disk, { process: machine.start("other") });
  expect(await other.lives(process.identity, "owner")).toBe(false);
});

test("simulatedFileSystem() freezes the disk when the power is cut, and the boot is another", async () => {
  const disk = new SimulatedDisk();
  const machine = new SimulatedMachine();
  const [one, two] = [machine.start("one"), machine.start("two")];
  void simulatedFileSystem(disk, { process: one, hook: () => ({ end: "power" }) }).makeFolder(".");
  await undefined;
  await undefined;
  expect([one.alive, two.alive, machine.boot]).toEqual([false, false, 2]);
  expect(() => disk.apply({ call: "makeFolder", path: "." })).toThrow("the power is off");
  expect(machine.lives(machine.start("three").identity)).toBe(true);
  expect(machine.lives(one.identity)).toBe(false);
  expect(machine.lives("in-memory")).toBeUndefined();
});
