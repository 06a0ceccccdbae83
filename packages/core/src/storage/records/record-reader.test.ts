import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import type { TakeFile } from "../../file-system/file-system.ts";
import { codeOf } from "../code-of.fixture.ts";
import { bytes, fault, recordFiles } from "./record-files.fixture.ts";

let { files, reader, faults } = await recordFiles();

beforeEach(async () => {
  ({ files, reader, faults } = await recordFiles());
});

describe("RecordReader", () => {
  test("list() gives the names in their order, whatever order the file system has", async () => {
    files.names = async () => ["2.baba", "10.baba", "1.baba"];
    expect(await reader.list("a")).toEqual(["a/1.baba", "a/10.baba", "a/2.baba"]);
    files.names = async () => ["1.baba", "2.baba"];
    expect(await reader.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  test("read() answers at once if the file system does", async () => {
    const text = encode(bytes("one"));
    files.readEach = (paths, take) => {
      for (const i of paths.keys()) take(text, i);
      return undefined;
    };
    expect(reader.read(["1.baba"])).toEqual([bytes("one")]);
  });

  test("read() gives no byte more than a text holds that is spaced more widely than ours", async () => {
    const text = new TextDecoder().decode(encode(bytes("wide")));
    await files.create([{ path: "1.baba", bytes: bytes(`${text}${" ".repeat(30)}\n`) }]);
    expect(await reader.read(["1.baba"])).toEqual([bytes("wide")]);
  });

  describe("read() of long records", () => {
    const names = ["0.baba", "1.baba", "2.baba", "3.baba", "4.baba"];
    const long = encode(new Uint8Array(6 * 1024 * 1024));
    /** The lengths of what is read, with files that come in this order. */
    const lengths = async (order: readonly number[], isAtOnce: boolean) => {
      const taken: number[] = [];
      const takeAll = (take: TakeFile): void => {
        for (const i of order) {
          taken.push(i);
          take(i === 1 ? fault("ELOOP") : long, i);
        }
      };
      files.readEach = (_, take) => {
        if (!isAtOnce) return Promise.resolve().then(() => takeAll(take));
        takeAll(take);
        return undefined;
      };
      const read = await reader.read(names);
      const found = read.map((payload) => (payload instanceof Uint8Array ? payload.length : payload));
      return { taken, found };
    };
    const [length, linked] = [
      6 * 1024 * 1024,
      expect.objectContaining({ code: "BABA_NOT_A_RECORD", record: "1.baba" }),
    ];

    test.each([true, false])("reads no more once it has 16 MiB; at once: %s", async (isAtOnce) => {
      expect(await lengths([0, 1, 2, 3, 4], isAtOnce)).toEqual({
        taken: [0, 1, 2, 3],
        found: [length, linked, length, length],
      });
    });

    test("gives those from the first on, in whatever order they come", async () => {
      expect(await lengths([4, 3, 2, 0, 1], true)).toEqual({ taken: [4, 3, 2, 0], found: [length] });
      expect(await lengths([4, 3, 1, 0, 2], false)).toEqual({ taken: [4, 3, 1, 0], found: [length, linked] });
    });
  });

  describe("when something stands in the way of a record", () => {
    const readFails = (code: string): void => {
      files.readEach = async (paths, take) => paths.forEach((_, i) => void take(fault(code), i));
    };
    const namesFail = (code: string): void => {
      files.names = () => Promise.reject(fault(code));
    };

    test("read() blames the folder that is a link, for each record in it", async () => {
      readFails("ELOOP");
      namesFail("ELOOP");
      const [one, other] = await reader.read(["a/1.baba", "a/2.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
      expect(other).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
    });

    test("read() looks for the folder's fault also if it was told of a link at once", async () => {
      files.readEach = (_, take) => void take(fault("ELOOP"), 0);
      namesFail("ELOOP");
      const [one] = await reader.read(["a/1.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "a" });
    });

    test("read() blames the record that is a link itself", async () => {
      readFails("ELOOP");
      const [one] = await reader.read(["1.baba"]);
      expect(one).toMatchObject({ code: "BABA_NOT_A_RECORD", record: "1.baba" });
    });

    test("exist() throws for a folder that is a file, and is true for a record that is something else", async () => {
      files.kinds = async (paths) => paths.map(() => "other" as const);
      expect(await reader.exist(["1.baba"])).toEqual([true]);
      namesFail("ENOTDIR");
      expect(await codeOf(reader.exist(["a/1.baba"]))).toBe("BABA_NOT_A_FOLDER a");
    });

    test("stamp() throws for a folder that may not be looked at", async () => {
      files.stamp = () => Promise.reject(fault("EACCES"));
      expect(await codeOf(reader.stamp("a"))).toBe("BABA_PERMISSION a");
    });

    test("read() throws if reading itself fails, at once or later", async () => {
      files.readEach = () => {
        throw fault("EACCES");
      };
      expect(() => reader.read(["1.baba"])).toThrow(expect.objectContaining({ code: "BABA_PERMISSION" }));
      files.readEach = () => Promise.reject(fault("EIO"));
      expect(await codeOf((async () => reader.read(["1.baba", "2.baba"]))())).toBe("BABA_IO 2 records");
    });
  });

  test("read() puts an error in the place of what is no base-3 text, and of what cannot be read", async () => {
    await files.create([{ path: "1.baba", bytes: bytes("not base-3 text") }]);
    const [spoilt] = await reader.read(["1.baba"]);
    expect(spoilt).toMatchObject({ code: "BABA_CODEC", record: "1.baba" });
    faults.call = "read";
    const [unreadable] = await reader.read(["1.baba"]);
    expect(unreadable).toMatchObject({ code: "BABA_IO", record: "1.baba" });
  });

  test("list() and count() pass over what bears no record's name", async () => {
    const [none, odd] = [
      [".hidden.baba", "notes.txt", "baba"],
      ["1.baba", "two\nlines.baba"],
    ];
    for (const path of [...none, ...odd]) await files.create([{ path, bytes: bytes("") }]);
    expect(await reader.list(".")).toEqual(odd);
    expect(await reader.count(".")).toBe(odd.length);
    faults.call = "names";
    faults.code = "EACCES";
    expect(await codeOf(reader.list("."))).toBe("BABA_PERMISSION .");
    expect(await codeOf(reader.count("."))).toBe("BABA_PERMISSION .");
  });

  test("list() puts names in the order of their code points, whatever order they are given in", async () => {
    const ordered = ["1.baba", "A.baba", "z.baba", "\u{e9}.baba", "\u{ff5e}.baba", "\u{1f9b8}.baba"];
    const givens = [ordered, [...ordered].reverse(), [...ordered].sort(), ordered.slice(0, 5).reverse()];
    for (const given of givens) {
      files.names = async () => [...given];
      expect(await reader.list(".")).toEqual(ordered.filter((name) => given.includes(name)));
    }
  });

  test("list() names a symbolic link that is in the place of a folder", async () => {
    files.names = () => Promise.reject(fault("ELOOP"));
    await expect(reader.list("l")).rejects.toThrow("a symbolic link (which is not followed)");
  });

  test("exist() says in its own words that looking failed", async () => {
    faults.call = "kinds";
    expect(await codeOf(reader.exist(["1.baba"]))).toBe("BABA_IO 1.baba");
  });
});
