import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { firstRecord, keptRecords } from "./survey.ts";

let files: FileSystem;
let closed: string;
beforeEach(async () => {
  files = memoryFileSystem();
  await files.makeFolder("lost+found");
  const list = files.list.bind(files);
  files.list = (folder) =>
    folder === closed ? Promise.reject(Object.assign(new Error("no"), { code: "EACCES" })) : list(folder);
});

describe("firstRecord() and keptRecords()", () => {
  test("pass over a folder that is closed to this process, for the first record", async () => {
    closed = "lost+found";
    expect(await firstRecord(files)).toBeUndefined();
    await files.makeFolder("notes");
    await files.create([{ path: "notes/1.baba", bytes: new Uint8Array() }]);
    expect(await firstRecord(files)).toMatchObject({ name: "notes/1.baba" });
  });

  test("fail if all records are asked for, or if the directory itself is closed", async () => {
    closed = "lost+found";
    await expect(keptRecords(files).next()).rejects.toMatchObject({
      code: "BABA_PERMISSION",
      record: closed,
    });
    closed = ".";
    await expect(firstRecord(files)).rejects.toMatchObject({ code: "BABA_PERMISSION", record: "." });
  });
});
