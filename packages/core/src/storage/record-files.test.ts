import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { deepEqual } from "../model/index.ts";
import {
  type FaultCode,
  SimulatedDisk,
  type StepCall,
  simulatedFileSystem,
} from "../testing/simulation/index.ts";
import { codeOf } from "./code-of.fixture.ts";
import { TEMPORARY_FOLDER } from "./layout.ts";
import type { Placement } from "./placement.ts";
import { RecordFiles } from "./record-files.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let failing: StepCall | undefined;
let code: FaultCode;
const fault = (code: string): Error => Object.assign(new Error(code), { code });

let files: FileSystem;
let records: RecordFiles;

beforeEach(async () => {
  failing = undefined;
  code = "EIO";
  const hook = ({ call }: { readonly call: StepCall }) => (call === failing ? { fail: code } : undefined);
  files = simulatedFileSystem(new SimulatedDisk(), { hook });
  await files.makeFolder(TEMPORARY_FOLDER);
  let count = 0;
  records = new RecordFiles(files, () => String(count++));
});

const prepare = (placements: readonly Placement[]): Promise<void> =>
  records.prepare(new Map(placements), async () => {});

describe("RecordFiles", () => {
  test("place() puts files in place and removes others, in folders that it makes", async () => {
    await records.place([
      ["a/1.baba", bytes("one")],
      ["2.baba", bytes("two")],
    ]);
    await records.place([
      ["a/1.baba", undefined],
      ["a/3.baba", bytes("three")],
    ]);
    expect(await records.read(["a/1.baba", "2.baba", "a/3.baba"])).toEqual([
      undefined,
      bytes("two"),
      bytes("three"),
    ]);
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("place() keeps no more on its way than a batch: by the number of files, and by their bytes", async () => {
    let most = 0;
    const { replace } = files;
    files.replace = (batch) => {
      most = Math.max(most, batch.length);
      return replace.call(files, batch);
    };
    await records.place(Array.from({ length: 300 }, (_, i): Placement => [`${i}.baba`, bytes("x")]));
    expect(most).toBe(128);
    most = 0;
    await records.place(
      Array.from({ length: 6 }, (_, i): Placement => [`${i}.baba`, new Uint8Array(32_768)]),
    );
    expect(most).toBe(2);
    expect(await records.list(".")).toHaveLength(300);
  });

  test("place() mixes no records up where it uses memory again, whatever their sizes", async () => {
    const payload = (i: number): Uint8Array =>
      new Uint8Array(i % 500 === 0 ? 300_000 : 400 + (i % 7)).fill(i);
    const many = Array.from({ length: 2000 }, (_, i): Placement => [`${i}.baba`, payload(i)]);
    const { replace } = files;
    // Reads the bytes as late as possible.
    files.replace = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve));
      await replace.call(files, batch);
    };
    await records.place(many);
    await records.place(many.slice(0, 900));
    const names = many.map(([name]) => name);
    const found = await records.read(names);
    // Vitest takes seconds to compare that many bytes.
    expect(many.filter(([, bytes], i) => !deepEqual(found[i], bytes))).toEqual([]);
  });

  test("stage() writes the texts of few files beforehand, which place() then only renames", async () => {
    const [one, two] = [bytes("one"), bytes("two")];
    await records.stage([
      new Map([["1.baba", bytes("older")]]),
      new Map([["1.baba", one]]),
      new Map([["2.baba", undefined]]),
    ]);
    failing = "create";
    await records.place([
      ["1.baba", one],
      ["2.baba", undefined],
    ]);
    expect(await records.read(["1.baba", "2.baba"])).toEqual([one, undefined]);
    // Another payload for the name is another text.
    failing = undefined;
    await records.stage([new Map([["1.baba", one]])]);
    await records.place([["1.baba", two]]);
    expect(await records.read(["1.baba"])).toEqual([two]);
  });

  test("stage() leaves many files to place(), and so what it cannot write", async () => {
    const many = Array.from({ length: 300 }, (_, i): Placement => [`${i}.baba`, bytes("x")]);
    const temporary = async () => (await files.list(TEMPORARY_FOLDER))?.length;
    await records.stage([new Map(many)]);
    await records.stage([]);
    expect(await temporary()).toBe(0);
    failing = "create";
    await records.stage([new Map(many.slice(0, 3))]);
    failing = undefined;
    expect(await temporary()).toBe(0);
    await records.place(many);
    expect(await records.list(".")).toHaveLength(300);
  });

  test("unstage() removes what was staged, as far as it can", async () => {
    await records.stage([new Map([["1.baba", bytes("x")]])]);
    failing = "remove";
    await records.unstage();
    failing = undefined;
    await records.stage([new Map([["1.baba", bytes("x")]])]);
    await records.unstage();
    expect(await files.list(TEMPORARY_FOLDER)).toHaveLength(1);
    await records.place([["1.baba", bytes("x")]]);
    expect(await records.list(".")).toEqual(["1.baba"]);
  });

  test("place() removes what it could not write, as far as it can", async () => {
    const { create } = files;
    files.create = async (batch) => {
      await create.call(files, batch);
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    expect(await codeOf(records.place([["1.baba", bytes("x")]]))).toBe("BABA_DISK_FULL 1.baba");
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    failing = "remove";
    expect(await codeOf(records.place([["1.baba", bytes("x")]]))).toBe("BABA_DISK_FULL 1.baba");
  });

  test("place() removes what was staged where it cannot be renamed, and says so in its own words", async () => {
    const [one, two] = [bytes("one"), bytes("two")];
    await records.stage([
      new Map([
        ["1.baba", one],
        ["2.baba", two],
      ]),
    ]);
    failing = "rename";
    const placed = records.place([
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
  ])("place() names the record in whose way something stands, where that %s", async (_, kinds, told) => {
    failing = "rename";
    files.kinds = kinds;
    const placed = records.place([
      ["1.baba", bytes("one")],
      ["2.baba", bytes("two")],
    ]);
    expect(await codeOf(placed)).toBe(told);
  });

  test("list() gives the names in their order, whatever order the file system has", async () => {
    files.names = async () => ["2.baba", "10.baba", "1.baba"];
    expect(await records.list("a")).toEqual(["a/1.baba", "a/10.baba", "a/2.baba"]);
    files.names = async () => ["1.baba", "2.baba"];
    expect(await records.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  test("read() answers at once where the file system does", async () => {
    const text = encode(bytes("one"));
    files.readEach = (paths, take) => {
      for (const i of paths.keys()) take(text, i);
      return undefined;
    };
    expect(records.read(["1.baba"])).toEqual([bytes("one")]);
  });

  test("read() gives no byte more than a text holds that is spaced more widely than ours", async () => {
    const text = new TextDecoder().decode(encode(bytes("wide")));
    await files.create([{ path: "1.baba", bytes: bytes(`${text}${" ".repeat(30)}\n`) }]);
    expect(await records.read(["1.baba"])).toEqual([bytes("wide")]);
  });

  describe("where something stands in the way of a record", () => {
    const readFails = (code: string): void => {
      files.readEach = async (paths, take) => paths.forEach((_, i) => void take(fault(code), i));
    };
    const namesFail = (code: string): void => {
      files.names = () => Promise.reject(fault(code));
    };

    test("read() blames the folder that is a link, for each record in it", async () => {
      readFails("ELOOP");
      namesFail("ELOOP");
      const [one, other] = await records.read(["a/1.baba", "a/2.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
      expect(other).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
    });

    test("read() looks for the folder's fault also where it was told of a link at once", async () => {
      files.readEach = (_, take) => void take(fault("ELOOP"), 0);
      namesFail("ELOOP");
      const [one] = await records.read(["a/1.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
    });

    test("read() blames the record that is a link itself", async () => {
      readFails("ELOOP");
      const [one] = await records.read(["1.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_RECORD", record: "1.baba" });
    });

    test("exist() throws for a folder that is a file, and is true for a record that is something else", async () => {
      files.kinds = async (paths) => paths.map(() => "other" as const);
      expect(await records.exist(["1.baba"])).toEqual([true]);
      namesFail("ENOTDIR");
      expect(await codeOf(records.exist(["a/1.baba"]))).toBe("BABA_NOT_A_FOLDER a");
    });

    test("stamp() throws for a folder that may not be looked at", async () => {
      files.stamp = () => Promise.reject(fault("EACCES"));
      expect(await codeOf(records.stamp("a"))).toBe("BABA_PERMISSION a");
    });

    test("read() throws where reading itself fails, at once or later", async () => {
      files.readEach = () => {
        throw fault("EACCES");
      };
      expect(() => records.read(["1.baba"])).toThrow(expect.objectContaining({ code: "BABA_PERMISSION" }));
      files.readEach = () => Promise.reject(fault("EIO"));
      expect(await codeOf((async () => records.read(["1.baba", "2.baba"]))())).toBe("BABA_IO 2 records");
    });
  });

  test("place() goes on with no further batch once one has failed", async () => {
    let begun = 0;
    const { replace } = files;
    files.replace = (batch) => {
      begun += 1;
      return replace.call(files, batch);
    };
    failing = "rename";
    const many = Array.from({ length: 256 * 20 }, (_, i): Placement => [`${i}.baba`, bytes("x")]);
    expect(await codeOf(records.place(many))).toBe("BABA_IO 128 records");
    expect(begun).toBeLessThan(10);
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    failing = undefined;
    await records.place(many);
    expect(await records.list(".")).toHaveLength(256 * 20);
  });

  test("names a symbolic link that stands where a folder is needed", async () => {
    const link = async (): Promise<never> => {
      throw Object.assign(new Error("a link"), { code: "ELOOP" });
    };
    files.makeFolder = link;
    files.list = link;
    files.names = link;
    expect(await codeOf(prepare([["l/1.baba", bytes("x")]]))).toBe("BABA_NOT_A_FOLDER l");
    await expect(records.list("l")).rejects.toThrow("a symbolic link (which is not followed)");
  });

  test("names a file that stands where a folder is needed, by either of its codes", async () => {
    for (const fault of ["ENOTDIR", "EEXIST"]) {
      files.makeFolder = async () => {
        throw Object.assign(new Error("a file"), { code: fault });
      };
      await expect(prepare([["f/1.baba", bytes("x")]])).rejects.toThrow("there is a file where");
    }
  });

  test("read() puts an error in the place of what is no base-3 text, and of what cannot be read", async () => {
    await files.create([{ path: "1.baba", bytes: bytes("not base-3 text") }]);
    const [spoilt] = await records.read(["1.baba"]);
    expect(spoilt).toMatchObject({ code: "BABA_CODEC", record: "1.baba" });
    failing = "read";
    const [unreadable] = await records.read(["1.baba"]);
    expect(unreadable).toMatchObject({ code: "BABA_IO", record: "1.baba" });
  });

  test("list() and count() pass over what bears no record's name", async () => {
    const [none, odd] = [
      [".hidden.baba", "notes.txt", "baba"],
      ["1.baba", "two\nlines.baba"],
    ];
    for (const path of [...none, ...odd]) await files.create([{ path, bytes: bytes("") }]);
    expect(await records.list(".")).toEqual(odd);
    expect(await records.count(".")).toBe(odd.length);
    failing = "names";
    code = "EACCES";
    expect(await codeOf(records.list("."))).toBe("BABA_PERMISSION .");
    expect(await codeOf(records.count("."))).toBe("BABA_PERMISSION .");
  });

  test("list() puts names in the order of their code points, whatever order they are given in", async () => {
    const ordered = ["1.baba", "A.baba", "z.baba", "\u{e9}.baba", "\u{ff5e}.baba", "\u{1f9b8}.baba"];
    const givens = [ordered, [...ordered].reverse(), [...ordered].sort(), ordered.slice(0, 5).reverse()];
    for (const given of givens) {
      files.names = async () => [...given];
      expect(await records.list(".")).toEqual(ordered.filter((name) => given.includes(name)));
    }
  });

  const works: [StepCall, FaultCode, string, () => Promise<unknown>][] = [
    ["kinds", "EIO", "BABA_IO 1.baba", () => records.exist(["1.baba"])],
    ["kinds", "EACCES", "BABA_PERMISSION 1.baba", () => prepare([["1.baba", bytes("x")]])],
    ["makeFolder", "ENOSPC", "BABA_DISK_FULL a", () => prepare([["a/1.baba", bytes("x")]])],
    ["create", "ENOSPC", "BABA_DISK_FULL 1.baba", () => records.place([["1.baba", bytes("x")]])],
    ["rename", "EBUSY", "BABA_IO 1.baba", () => records.place([["1.baba", bytes("x")]])],
    ["remove", "EPERM", "BABA_PERMISSION 1.baba", () => records.place([["1.baba", undefined]])],
  ];
  for (const [call, fault, expected, work] of works) {
    test(`says in its own words that ${call} failed with ${fault}`, async () => {
      failing = call;
      code = fault;
      expect(await codeOf(work())).toBe(expected);
    });
  }

  test("names the number of records where a failure is of several", async () => {
    files.read = async () => {
      throw new Error("no such device");
    };
    expect(await codeOf((async () => records.read(["1.baba", "2.baba"]))())).toBe("BABA_IO 2 records");
  });
});
