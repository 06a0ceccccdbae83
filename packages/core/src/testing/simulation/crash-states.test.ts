import { expect, test } from "vitest";
import { type CrashStateOptions, crashStates } from "./crash-states.ts";
import { type DiskOptions, SimulatedDisk } from "./disk.ts";
import type { DiskOperation } from "./operation.ts";

const ROOT: DiskOperation = { call: "makeFolder", path: "." };
const ALL: CrashStateOptions = { limit: 100_000, seed: 1 };

test("crashStates() of a disk on which all is durable is that disk alone", () => {
  const disk = diskAfter([ROOT, create("a"), write("a", "text"), sync("a"), syncFolder(".")]);
  expect(statesOf(disk)).toEqual(["a=text"]);
});

test("crashStates() of a disk without a root is one without", () => {
  expect([...crashStates(new SimulatedDisk(), ALL)].map((image) => image.describe())).toEqual(["(no root)"]);
});

test("crashStates() may lose a synced file whose folder was not synced", () => {
  expect(statesOf(diskAfter([ROOT, create("a"), write("a", "text"), sync("a")]))).toEqual(["", "a=text"]);
});

test("crashStates() leaves old bytes, every cut and zeros of a file that was not synced", () => {
  const disk = diskAfter([ROOT, create("a"), write("a", "text"), syncFolder(".")]);
  expect(statesOf(disk)).toEqual(["a=", "a=....", "a=t", "a=te", "a=tex", "a=text"]);
});

test("crashStates() reorders the writes of one file", () => {
  const durable = [ROOT, create("a"), write("a", "1111"), sync("a"), syncFolder(".")];
  const states = statesOf(diskAfter([...durable, write("a", "2", 0), write("a", "3", 3)]));
  expect(states).toEqual(["a=1111", "a=1113", "a=2111", "a=2113"]);
});

test("crashStates() leaves sectors old, in the middle and at the end", () => {
  const text = `${"a".repeat(512)}${"b".repeat(512)}${"c".repeat(512)}`;
  const disk = diskAfter([ROOT, create("a"), write("a", text), syncFolder(".")]);
  const states = new Set(statesOf(disk));
  for (const hole of ["b", "bc", "ac", "a"]) {
    expect(states).toContain(`a=${text.replaceAll(new RegExp(`[${hole}]`, "g"), ".")}`);
  }
});

test("crashStates() keeps the order of the changes of one name, and no other", () => {
  const twice = diskAfter([ROOT, create("a"), { call: "remove", path: "a" }, create("b")]);
  expect(statesOf(twice)).toEqual(["", "a=", "a= b=", "b="]);
  // A name that was moved away and reused is not reused on disk before it was moved away.
  const taken = diskAfter([...settled(), { call: "rename", path: "a", to: "b" }, create("a")]);
  expect(statesOf(taken)).toEqual(["a= b=text", "a=text", "b=text"]);
});

test("crashStates() does not count twice what is in a folder that is lost", () => {
  const disk = diskAfter([ROOT, { call: "makeFolder", path: "f" }, create("f/a")]);
  expect([...crashStates(disk, ALL)].map((image) => image.describe())).toEqual([
    "",
    "f/",
    expect.stringMatching(/^f\/\nf\/a 0 bytes/),
  ]);
});

test("crashStates() persists a rename as one: within a folder, across folders", () => {
  const moves = (to: string) => diskAfter([...settled(), { call: "rename", path: "a", to }]);
  expect(statesOf(moves("b"))).toEqual(["a=text", "b=text"]);
  expect(statesOf(moves("f/b"))).toEqual(["a=text", "f/b=text"]);
});

test("crashStates() with splitRenames may leave both names, and never none", () => {
  const disk = diskAfter([...settled(), { call: "rename", path: "a", to: "f/b" }], { splitRenames: true });
  expect(statesOf(disk)).toEqual(["a=text", "a=text f/b=text", "f/b=text"]);
  disk.apply(syncFolder("f"));
  expect(statesOf(disk)).toEqual(["a=text f/b=text", "f/b=text"]);
  const other = diskAfter([...settled(), { call: "rename", path: "a", to: "f/b" }], { splitRenames: true });
  other.apply(syncFolder("."));
  expect(statesOf(other)).toEqual(["f/b=text"]);
});

test("crashStates() loses a synced folder whose entry was not synced", () => {
  const disk = diskAfter([
    ROOT,
    { call: "makeFolder", path: "f" },
    create("f/a"),
    sync("f/a"),
    syncFolder("f"),
  ]);
  expect(statesOf(disk)).toEqual(["", "f/a="]);
  disk.apply(syncFolder("."));
  expect(statesOf(disk)).toEqual(["f/a="]);
});

test("crashStates() keeps hard links one file", () => {
  const disk = diskAfter([...settled(), { call: "link", path: "a", to: "b" }, syncFolder(".")]);
  disk.apply(write("b", "more", 4));
  disk.apply(sync("a"));
  const [image, ...others] = [...crashStates(disk, ALL)];
  expect(others).toEqual([]);
  image?.apply(write("a", "T", 0));
  expect(image && textOf(image)).toBe("a=Textmore b=Textmore");
});

test("crashStates() may lose what a failed sync gave up, whatever syncs follow, and not what is written again", () => {
  const disk = diskAfter([ROOT, create("a"), syncFolder("."), write("a", "text")]);
  disk.apply({ call: "sync", path: "a", failed: true });
  disk.apply(sync("a"));
  expect(statesOf(disk)).toEqual(["a=", "a=....", "a=t", "a=te", "a=tex", "a=text"]);
  expect(textOf(disk)).toBe("a=text");
  disk.apply(write("a", "TEXT"));
  disk.apply(sync("a"));
  expect(statesOf(disk)).toEqual(["a=TEXT"]);
});

test("crashStates() may lose the entries that a failed sync gave up, whatever syncs follow", () => {
  const disk = diskAfter([
    ROOT,
    create("a"),
    { call: "syncFolder", path: ".", failed: true },
    syncFolder("."),
  ]);
  expect(statesOf(disk)).toEqual(["", "a="]);
});

test("crashStates() gives a limited sample that depends on the seed alone, the extremes included", () => {
  const disk = diskAfter([ROOT]);
  for (let i = 0; i < 30; i++) {
    disk.apply(create(`file-${i}`));
    disk.apply(write(`file-${i}`, "some bytes"));
  }
  const sample = (seed: number) =>
    [...crashStates(disk, { limit: 200, seed })].map((image) => image.fingerprint());
  expect(sample(1)).toHaveLength(200);
  expect(sample(1)).toEqual(sample(1));
  expect(sample(1)).not.toEqual(sample(2));
  expect(new Set(sample(1)).size).toBeGreaterThan(150);
  expect(sample(3)).toContain(disk.fingerprint());
});

test("fingerprint() tells trees apart, and is the same for the same tree", () => {
  const trees: DiskOperation[][] = [
    [],
    [ROOT],
    [ROOT, create("a")],
    [ROOT, create("b")],
    [ROOT, create("a"), create("b")],
    [ROOT, create("a"), { call: "link", path: "a", to: "b" }],
    [ROOT, { call: "makeFolder", path: "a" }],
    [ROOT, create("a"), write("a", "\0")],
    [ROOT, create("a"), write("a", "\0\0")],
  ];
  const prints = trees.map((operations) => diskAfter(operations).fingerprint());
  expect(new Set(prints).size).toBe(trees.length);
  expect(diskAfter([ROOT, create("b"), create("a")]).fingerprint()).toBe(prints[4]);
});

test("SimulatedDisk is the same after its operations are done again", () => {
  const disk = diskAfter([
    ...settled(),
    create("b"),
    write("b", "x"),
    { call: "rename", path: "b", to: "a" },
  ]);
  const again = diskAfter(disk.operations);
  expect(again.fingerprint()).toBe(disk.fingerprint());
  expect(statesOf(again)).toEqual(statesOf(disk));
});

/** A root with a folder `f` and a file `a`, all durable. */
function settled(): DiskOperation[] {
  const made: DiskOperation[] = [ROOT, { call: "makeFolder", path: "f" }, create("a"), write("a", "text")];
  return [...made, sync("a"), syncFolder(".")];
}

function create(path: string): DiskOperation {
  return { call: "create", path };
}

function write(path: string, text: string, offset: number = 0): DiskOperation {
  return { call: "write", path, offset, bytes: new TextEncoder().encode(text) };
}

function sync(path: string): DiskOperation {
  return { call: "sync", path, failed: false };
}

function syncFolder(path: string): DiskOperation {
  return { call: "syncFolder", path, failed: false };
}

function diskAfter(operations: readonly DiskOperation[], options: DiskOptions = {}): SimulatedDisk {
  const disk = new SimulatedDisk(options);
  for (const operation of operations) disk.apply(operation);
  return disk;
}

/** The distinct states, as texts; a zero byte is shown as a dot. */
function statesOf(disk: SimulatedDisk): string[] {
  return [...new Set([...crashStates(disk, ALL)].map(textOf))].sort();
}

function textOf(disk: SimulatedDisk): string {
  const files = disk
    .describe()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
  const shown = files
    .filter((path) => path !== "" && !path.endsWith("/"))
    .map((path) => `${path}=${fileText(disk, path)}`);
  return shown.join(" ");
}

function fileText(disk: SimulatedDisk, path: string): string {
  return new TextDecoder().decode(disk.file(path, "read").visible.bytes).replaceAll("\0", ".");
}
