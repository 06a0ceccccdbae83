import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { beginsSealed, mustNotBeSealed } from "./survey.ts";

let files: FileSystem;
let closed: string;
beforeEach(async () => {
  files = memoryFileSystem();
  await files.makeFolder("lost+found");
  const list = files.list.bind(files);
  files.list = (folder) =>
    folder === closed ? Promise.reject(Object.assign(new Error("no"), { code: "EACCES" })) : list(folder);
});

describe("beginsSealed()", () => {
  test("passes over a folder that is closed to this process", async () => {
    closed = "lost+found";
    expect(await beginsSealed(files)).toBe(false);
    await files.makeFolder("notes");
    await files.create([{ path: "notes/1.baba", bytes: encode(new Uint8Array([1])) }]);
    expect(await beginsSealed(files)).toBe(true);
  });

  test("passes over the records of another store within the directory", async () => {
    const sealed = { path: "notes/1.baba", bytes: encode(new Uint8Array([1])) };
    for (const folder of ["notes/.baba", "own"]) await files.makeFolder(folder);
    await files.create([sealed]);
    expect(await beginsSealed(files)).toBe(false);
    await files.create([{ ...sealed, path: "own/1.baba" }]);
    expect(await beginsSealed(files)).toBe(true);
  });

  test("fails if the directory itself is closed", async () => {
    closed = ".";
    await expect(beginsSealed(files)).rejects.toMatchObject({ code: "BABA_PERMISSION", record: "." });
  });
});

test("mustNotBeSealed() fails if any folder is closed, as it may hold sealed records", async () => {
  closed = "lost+found";
  await expect(mustNotBeSealed(files)).rejects.toMatchObject({ code: "BABA_PERMISSION", record: closed });
});
