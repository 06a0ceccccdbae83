import { expect, test, vi } from "vitest";
import { SimulatedDisk, simulatedFileSystem } from "../../testing/simulation/index.ts";
import { RecordReader } from "../records/record-reader.ts";
import { Overlay } from "./overlay.ts";
import { Redo } from "./redo.ts";

test("Overlay.exist() and read() do not ask the files about what the journal decides", async () => {
  const asked: string[] = [];
  const hook = ({ call, path }: { readonly call: string; readonly path: string }) => {
    asked.push(`${call} ${path}`);
    return undefined;
  };
  const files = simulatedFileSystem(new SimulatedDisk(), { hook });
  const redo = new Redo();
  redo.note({
    sequence: 1,
    changes: new Map([
      ["f/1.baba", new Uint8Array([1])],
      ["f/2.baba", undefined],
    ]),
  });
  const overlay = new Overlay(redo, new RecordReader(files));
  expect(await overlay.exist(["f/1.baba", "f/2.baba"])).toEqual([true, false]);
  expect(await overlay.read(["f/2.baba", "f/1.baba"])).toEqual([undefined, new Uint8Array([1])]);
  expect(asked).toEqual([]);
  expect(await overlay.exist(["f/1.baba", "3.baba", "f/2.baba"])).toEqual([true, false, false]);
  expect(asked.join()).toContain("3.baba");
  expect(asked.join()).not.toContain("f/");
});

test("Overlay.read() ends where the files that were read end, with the journal's records up to there", async () => {
  const redo = new Redo();
  const [one, five] = [new Uint8Array([1]), new Uint8Array([5])];
  redo.note({
    sequence: 1,
    changes: new Map([
      ["1.baba", one],
      ["3.baba", undefined],
      ["5.baba", five],
    ]),
  });
  const reader = new RecordReader(simulatedFileSystem(new SimulatedDisk()));
  const [two, four] = [new Uint8Array([2]), new Uint8Array([4])];
  const overlay = new Overlay(redo, reader);
  const names = ["1.baba", "2.baba", "3.baba", "4.baba", "5.baba"];
  reader.read = () => [two];
  expect(await overlay.read(names)).toEqual([one, two, undefined]);
  reader.read = () => [two, four];
  expect(await overlay.read(names)).toEqual([one, two, undefined, four, five]);
});

test("Overlay.list() of many folders looks once at each name that is not in place", async () => {
  const redo = new Redo();
  const folders = Array.from({ length: 50 }, (_, i) => `f${i}`);
  const changes = new Map(folders.flatMap((folder) => [1, 2].map((i) => [`${folder}/${i}.baba`, undefined])));
  redo.note({ sequence: 1, changes });
  const reader = new RecordReader(simulatedFileSystem(new SimulatedDisk()));
  reader.list = async (folder) => [`${folder}/1.baba`, `${folder}/3.baba`];
  const overlay = new Overlay(redo, reader);
  const looks = vi.spyOn(String.prototype, "lastIndexOf");
  try {
    for (const folder of folders) expect(await overlay.list(folder)).toEqual([`${folder}/3.baba`]);
    expect(looks.mock.contexts.filter((name) => changes.has(String(name)))).toHaveLength(changes.size);
  } finally {
    looks.mockRestore();
  }
});
