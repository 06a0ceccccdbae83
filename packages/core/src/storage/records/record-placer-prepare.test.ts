import { beforeEach, expect, test } from "vitest";
import type { EntryKind } from "../../file-system/file-system.ts";
import { SimulatedDisk, simulatedFileSystem } from "../../testing/simulation/index.ts";
import { codeOf } from "../code-of.fixture.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";
import type { Placement } from "./placement.ts";
import { bytes, recordFiles } from "./record-files.fixture.ts";
import { RecordPlacer } from "./record-placer.ts";

let { files, placer, faults } = await recordFiles();

beforeEach(async () => {
  ({ files, placer, faults } = await recordFiles());
});

const prepare = (placements: readonly Placement[]): Promise<void> =>
  placer.prepare(new Map(placements), async () => {});

test("RecordPlacer.prepare() refuses what stands in a record's place or in its folder's", async () => {
  await files.makeFolder("folder.baba");
  await files.create([{ path: "file", bytes: bytes("x") }]);
  const cases: [string, string][] = [
    ["folder.baba", "BABA_NOT_A_RECORD folder.baba"],
    ["file/1.baba", "BABA_NOT_A_FOLDER file"],
  ];
  for (const [name, expected] of cases) expect(await codeOf(prepare([[name, bytes("x")]]))).toBe(expected);
  expect(await codeOf(prepare([["file/1.baba", undefined]]))).toBe("BABA_NOT_A_FOLDER file");
  files.kinds = async (paths) => paths.map((): EntryKind => "other");
  expect(await codeOf(prepare([["link.baba", bytes("x")]]))).toBe("BABA_NOT_A_RECORD link.baba");
});

test("RecordPlacer.prepare() and place() blame the folder that was replaced since it was used", async () => {
  const changed = simulatedFileSystem(new SimulatedDisk());
  await changed.makeFolder(TEMPORARY_FOLDER);
  await changed.create([{ path: "f", bytes: bytes("x") }]);
  let now = files;
  const switching = new Proxy(files, { get: (_, name) => Reflect.get(now, name).bind(now) });
  placer = new RecordPlacer(switching, "token");
  await prepare([["f/1.baba", bytes("x")]]);
  now = changed;
  expect(await codeOf(prepare([["f/1.baba", bytes("x")]]))).toBe("BABA_NOT_A_FOLDER f");
  expect(await codeOf(placer.place([["f/1.baba", bytes("x")]]))).toBe("BABA_NOT_A_FOLDER f");
});

test("RecordPlacer.prepare() makes no folder if something stands in a place", async () => {
  await files.makeFolder("folder.baba");
  await files.create([{ path: "file", bytes: bytes("x") }]);
  const before = await files.names(".");
  for (const [taken, code] of [
    ["folder.baba", "BABA_NOT_A_RECORD folder.baba"],
    ["file/1.baba", "BABA_NOT_A_FOLDER file"],
  ] as const) {
    const placements = ["new/1.baba", taken, "other/new/2.baba"].map((name): Placement => [name, bytes("x")]);
    expect(await codeOf(prepare(placements))).toBe(code);
    expect(await files.names(".")).toEqual(before);
  }
  await prepare([["new/1.baba", bytes("x")]]);
  expect(await files.names(".")).toContain("new");
});

test("RecordPlacer.prepare() makes the folders into which something is put, in whatever order something is removed", async () => {
  await prepare([
    ["a/1.baba", bytes("x")],
    ["a/2.baba", undefined],
    ["b/1.baba", undefined],
    ["b/2.baba", bytes("x")],
    ["c/1.baba", undefined],
  ]);
  expect(await files.kinds(["a", "b", "c"])).toEqual(["folder", "folder", undefined]);
});

test("RecordPlacer.prepare() of thousands of names of one folder finds the same by listing it", async () => {
  const names = Array.from({ length: 2500 }, (_, i) => `a/${i}.baba`);
  const puts = names.map((name): Placement => [name, bytes("x")]);
  const deletes = names.map((name): Placement => [name, undefined]);
  let looks = 0;
  const { kinds } = files;
  files.kinds = (paths) => {
    looks += paths.filter((path) => path.endsWith(".baba")).length;
    return kinds.call(files, paths);
  };
  await prepare([]);
  await prepare(deletes);
  await prepare(puts);
  expect(looks).toBe(0);
  await prepare([...puts, ["b.baba", undefined]]);
  expect(looks).toBe(2501);
  await files.makeFolder("a/another");
  expect(await codeOf(prepare(puts))).toBe("nothing thrown");
  await files.makeFolder("a/7.baba");
  expect(await codeOf(prepare(puts))).toBe("BABA_NOT_A_RECORD a/7.baba");
  faults.call = "list";
  expect(await codeOf(prepare(deletes))).toBe("BABA_IO a");
});
