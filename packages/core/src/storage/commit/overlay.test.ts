import { expect, test } from "vitest";
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
