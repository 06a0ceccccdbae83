import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../../file-system/file-system.ts";
import { deepEqual } from "../../model/index.ts";
import type { FaultCode, StepCall } from "../../testing/simulation/index.ts";
import { codeOf } from "../code-of.fixture.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";
import type { Placement } from "./placement.ts";
import { bytes, fault, recordFiles } from "./record-files.fixture.ts";

let { files, reader, placer, faults } = await recordFiles();

beforeEach(async () => {
  ({ files, reader, placer, faults } = await recordFiles());
});

const prepare = (placements: readonly Placement[]): Promise<void> =>
  placer.prepare(new Map(placements), async () => {});

describe("RecordPlacer", () => {
  test("place() puts files in place and removes others, in folders that it makes", async () => {
    await placer.place([
      ["a/1.baba", bytes("one")],
      ["2.baba", bytes("two")],
    ]);
    await placer.place([
      ["a/1.baba", undefined],
      ["a/3.baba", bytes("three")],
    ]);
    expect(await reader.read(["a/1.baba", "2.baba", "a/3.baba"])).toEqual([
      undefined,
      bytes("two"),
      bytes("three"),
    ]);
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("place() works on no more than a batch at once, by the number of files and by their bytes", async () => {
    let most = 0;
    const { create } = files;
    files.create = (batch) => {
      most = Math.max(most, batch.length);
      return create.call(files, batch);
    };
    await placer.place(Array.from({ length: 300 }, (_, i): Placement => [`${i}.baba`, bytes("x")]));
    expect(most).toBe(128);
    most = 0;
    await placer.place(Array.from({ length: 6 }, (_, i): Placement => [`${i}.baba`, new Uint8Array(32_768)]));
    expect(most).toBe(2);
    expect(await reader.list(".")).toHaveLength(300);
  });

  test("place() removes as many files at once as a batch may have", async () => {
    const removed: number[] = [];
    files.remove = async (names) => void removed.push(names.length);
    await placer.place(Array.from({ length: 300 }, (_, i): Placement => [`${i}.baba`, undefined]));
    expect(removed).toEqual([128, 128, 44]);
  });

  test("place() mixes no records up when it uses memory again, whatever their sizes", async () => {
    const payload = (i: number): Uint8Array =>
      new Uint8Array(i % 500 === 0 ? 300_000 : 400 + (i % 7)).fill(i);
    const many = Array.from({ length: 2000 }, (_, i): Placement => [`${i}.baba`, payload(i)]);
    const { create } = files;
    // Reads the bytes as late as possible.
    files.create = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve));
      await create.call(files, batch);
    };
    await placer.place(many);
    await placer.place(many.slice(0, 900));
    const names = many.map(([name]) => name);
    const found = await reader.read(names);
    // Vitest takes seconds to compare that many bytes.
    expect(many.filter(([, bytes], i) => !deepEqual(found[i], bytes))).toEqual([]);
  });

  test("stage() writes the texts of few files beforehand, which place() then only renames", async () => {
    const [one, two] = [bytes("one"), bytes("two")];
    await placer.stage([
      new Map([["1.baba", bytes("older")]]),
      new Map([["1.baba", one]]),
      new Map([["2.baba", undefined]]),
    ]);
    faults.call = "create";
    await placer.place([
      ["1.baba", one],
      ["2.baba", undefined],
    ]);
    expect(await reader.read(["1.baba", "2.baba"])).toEqual([one, undefined]);
    // Another payload for the name is another text.
    faults.call = undefined;
    await placer.stage([new Map([["1.baba", one]])]);
    await placer.place([["1.baba", two]]);
    expect(await reader.read(["1.baba"])).toEqual([two]);
  });

  test("stage() leaves many files to place(), and so what it cannot write", async () => {
    const many = Array.from({ length: 300 }, (_, i): Placement => [`${i}.baba`, bytes("x")]);
    const temporary = async () => (await files.list(TEMPORARY_FOLDER))?.length;
    await placer.stage([new Map(many)]);
    await placer.stage([]);
    expect(await temporary()).toBe(0);
    faults.call = "create";
    await placer.stage([new Map(many.slice(0, 3))]);
    faults.call = undefined;
    expect(await temporary()).toBe(0);
    await placer.place(many);
    expect(await reader.list(".")).toHaveLength(300);
  });

  test("unstage() removes what was staged, as far as it can", async () => {
    await placer.stage([new Map([["1.baba", bytes("x")]])]);
    faults.call = "remove";
    await placer.unstage();
    faults.call = undefined;
    await placer.stage([new Map([["1.baba", bytes("x")]])]);
    await placer.unstage();
    expect(await files.list(TEMPORARY_FOLDER)).toHaveLength(1);
    await placer.place([["1.baba", bytes("x")]]);
    expect(await reader.list(".")).toEqual(["1.baba"]);
  });

  test("place() removes what it could not write, as far as it can", async () => {
    const { create } = files;
    files.create = async (batch) => {
      await create.call(files, batch);
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    expect(await codeOf(placer.place([["1.baba", bytes("x")]]))).toBe("BABA_DISK_FULL 1.baba");
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    faults.call = "remove";
    expect(await codeOf(placer.place([["1.baba", bytes("x")]]))).toBe("BABA_DISK_FULL 1.baba");
  });

  test("place() removes what was staged if it cannot be renamed, and says so in its own words", async () => {
    const [one, two] = [bytes("one"), bytes("two")];
    await placer.stage([
      new Map([
        ["1.baba", one],
        ["2.baba", two],
      ]),
    ]);
    faults.call = "rename";
    const placed = placer.place([
      ["1.baba", one],
      ["2.baba", two],
    ]);
    expect(await codeOf(placed)).toBe("BABA_IO 2 records");
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test.each<[string, FileSystem["kinds"], string]>([
    [
      "is found",
      async (paths) => paths.map((path) => (path === "2.baba" ? "other" : "file")),
      "BABA_NOT_A_RECORD 2.baba",
    ],
    ["cannot be looked for", async () => Promise.reject(fault("EIO")), "BABA_IO 2 records"],
  ])("place() names the record in whose way something stands, if that %s", async (_, kinds, told) => {
    faults.call = "rename";
    files.kinds = kinds;
    const placed = placer.place([
      ["1.baba", bytes("one")],
      ["2.baba", bytes("two")],
    ]);
    expect(await codeOf(placed)).toBe(told);
  });

  test("place() goes on with no further batch once one has failed", async () => {
    let begun = 0;
    const { create } = files;
    files.create = (batch) => {
      begun += 1;
      return create.call(files, batch);
    };
    faults.call = "rename";
    const many = Array.from({ length: 256 * 20 }, (_, i): Placement => [`${i}.baba`, bytes("x")]);
    expect(await codeOf(placer.place(many))).toBe("BABA_IO 128 records");
    expect(begun).toBeLessThan(10);
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    faults.call = undefined;
    await placer.place(many);
    expect(await reader.list(".")).toHaveLength(256 * 20);
  });

  test("prepare() names a file that stands in the place of a folder, by either of its codes", async () => {
    for (const fault of ["ENOTDIR", "EEXIST"]) {
      files.makeFolder = async () => {
        throw Object.assign(new Error("a file"), { code: fault });
      };
      await expect(prepare([["f/1.baba", bytes("x")]])).rejects.toThrow("there is a file where");
    }
  });

  test("prepare() names a symbolic link that stands in the place of a folder", async () => {
    const link = () => Promise.reject(fault("ELOOP"));
    Object.assign(files, { makeFolder: link, names: link });
    expect(await codeOf(prepare([["l/1.baba", bytes("x")]]))).toBe("BABA_NOT_A_FOLDER l");
  });

  const works: [StepCall, FaultCode, string, () => Promise<unknown>][] = [
    ["kinds", "EACCES", "BABA_PERMISSION 1.baba", () => prepare([["1.baba", bytes("x")]])],
    ["makeFolder", "ENOSPC", "BABA_DISK_FULL a", () => prepare([["a/1.baba", bytes("x")]])],
    ["create", "ENOSPC", "BABA_DISK_FULL 1.baba", () => placer.place([["1.baba", bytes("x")]])],
    ["rename", "EBUSY", "BABA_IO 1.baba", () => placer.place([["1.baba", bytes("x")]])],
    ["remove", "EPERM", "BABA_PERMISSION 1.baba", () => placer.place([["1.baba", undefined]])],
  ];
  for (const [call, fault, expected, work] of works) {
    test(`prepare() and place() say in their own words that ${call} failed with ${fault}`, async () => {
      faults.call = call;
      faults.code = fault;
      expect(await codeOf(work())).toBe(expected);
    });
  }

  test("RecordReader.read() names the number of records if several fail", async () => {
    files.read = async () => {
      throw new Error("no such device");
    };
    expect(await codeOf((async () => reader.read(["1.baba", "2.baba"]))())).toBe("BABA_IO 2 records");
  });
});
