import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import type { EntryKind, FileSystem } from "../../file-system/file-system.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { FileStorage } from "../file-storage.ts";
import { RecordReader } from "./record-reader.ts";

const NAME = "\ufffd.baba";
const FOLDER = "\ufffd";
let files: FileSystem;
let records: RecordReader;
let storage: FileStorage;
/** Entries of the root that are listed by a name that is not theirs, like those whose names are not UTF-8. */
let garbled: { readonly name: string; readonly kind: EntryKind }[];

beforeEach(async () => {
  garbled = [];
  const runtime = memoryRuntime();
  files = runtime.fileSystem("data");
  const { list, names } = files;
  files.list = async (folder) => (await list.call(files, folder))?.concat(folder === "." ? garbled : []);
  files.names = async (folder) =>
    (await names.call(files, folder))?.concat(folder === "." ? garbled.map(({ name }) => name) : []);
  await files.makeFolder(".");
  records = new RecordReader(files);
  storage = new FileStorage(files, runtime, { report: () => undefined });
  await storage.open();
});

const put = (path: string) => files.create([{ path, bytes: encode(new Uint8Array([1])) }]);
const namesOfAll = async (): Promise<string[]> => {
  const all: string[] = [];
  for await (const names of storage.names()) all.push(...names);
  return all;
};

describe("a record whose name is listed in other letters than it has", () => {
  test("read() gives an error that names it and says what to do, and other records unharmed", async () => {
    garbled = [{ name: NAME, kind: "file" }];
    await put("1.baba");
    const [one, other] = await records.read(["1.baba", NAME]);
    expect(one).toEqual(new Uint8Array([1]));
    expect(other).toMatchObject({ code: "BABA_NAME", record: NAME });
    expect(String(other)).toContain("not UTF-8: rename it");
    expect(await records.list(".")).toEqual(["1.baba", NAME]);
  });

  test("list() gives two that are listed by one name, and read() an error for each", async () => {
    garbled = [
      { name: NAME, kind: "file" },
      { name: NAME, kind: "file" },
    ];
    const names = await records.list(".");
    expect(names).toEqual([NAME, NAME]);
    const error = expect.objectContaining({ code: "BABA_NAME" });
    expect(await records.read(names)).toEqual([error, error]);
  });

  test("list() throws if another record really has that name", async () => {
    garbled = [{ name: NAME, kind: "file" }];
    await put(NAME);
    await expect(records.list(".")).rejects.toMatchObject({ code: "BABA_NAME", record: NAME });
  });

  test("read() does not confuse it with one that has the character itself, is absent or is in no folder", async () => {
    await put(NAME);
    expect(await records.list(".")).toEqual([NAME]);
    expect(await records.read([NAME, "a\ufffd.baba", `${FOLDER}/1.baba`])).toEqual([
      new Uint8Array([1]),
      undefined,
      undefined,
    ]);
  });

  test("read() does not confuse it with one that is put there meanwhile", async () => {
    const { names } = files;
    files.names = async (folder) => {
      await files.remove([NAME]);
      await put(NAME);
      return names.call(files, folder);
    };
    expect(await records.read([NAME])).toEqual([undefined]);
  });

  test("read() throws if it cannot look for it", async () => {
    garbled = [{ name: NAME, kind: "file" }];
    files.kinds = async () => {
      throw Object.assign(new Error("no"), { code: "EACCES" });
    };
    await expect(records.read([NAME])).rejects.toMatchObject({ code: "BABA_PERMISSION" });
  });
});

describe("a folder whose name is listed in other letters than it has", () => {
  test("names() gives it among the names of all records, and read() an error", async () => {
    garbled = [{ name: FOLDER, kind: "folder" }];
    await files.makeFolder("a");
    await put("a/1.baba");
    expect(await namesOfAll()).toEqual(["a/1.baba", FOLDER]);
    const [content] = await storage.read([FOLDER]);
    expect(content).toMatchObject({ code: "BABA_NAME", record: FOLDER });
  });

  test("names() walks one that has the character itself, and read() gives nothing of one that has gone", async () => {
    await files.makeFolder(FOLDER);
    await put(`${FOLDER}/1.baba`);
    expect(await namesOfAll()).toEqual([`${FOLDER}/1.baba`]);
    expect(await storage.read(["\ufffd\ufffd"])).toEqual([undefined]);
  });

  test("names() throws if another folder really has that name, or it cannot be looked for", async () => {
    garbled = [{ name: FOLDER, kind: "folder" }];
    await files.makeFolder(FOLDER);
    await expect(namesOfAll()).rejects.toMatchObject({ code: "BABA_NAME", record: FOLDER });
    files.kinds = async () => {
      throw Object.assign(new Error("no"), { code: "EACCES" });
    };
    await expect(namesOfAll()).rejects.toMatchObject({ code: "BABA_PERMISSION", record: "." });
  });
});
