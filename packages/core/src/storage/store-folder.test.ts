import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { BREAKS_FOLDER, OWNERS_FOLDER, STORE_FILE, STORE_FOLDER, TEMPORARY_FOLDER } from "./layout.ts";
import { checkStoreFolder, completeStoreFolder, makeStoreFolders, tidy } from "./store-folder.ts";
import { WriteLock } from "./write-lock.ts";

let files: FileSystem;
const utf8 = new TextEncoder();

beforeEach(async () => {
  files = memoryFileSystem();
  await files.makeFolder(STORE_FOLDER);
});

describe("checkStoreFolder()", () => {
  const says = (text: string): Promise<void> =>
    files.create([{ path: STORE_FILE, bytes: utf8.encode(text) }]).then(() => checkStoreFolder(files));

  test("passes a folder without store.json, and one of this format with other properties", async () => {
    await checkStoreFolder(files);
    await says('{"format":1,"made":"2020"}');
  });

  test("refuses a newer format with the advice to use a newer version", async () => {
    const refused = says('{"format":2}');
    await expect(refused).rejects.toMatchObject({ code: "BABA_FORMAT", record: STORE_FILE });
    await expect(refused).rejects.toThrow("says format 2");
  });

  for (const text of ["", "{", "null", "1", "{}", '{"format":"1"}', '{"format":null}']) {
    test(`refuses the damaged store.json ${JSON.stringify(text)} with the advice to mend it`, async () => {
      const refused = says(text);
      await expect(refused).rejects.toMatchObject({ code: "BABA_FORMAT", record: STORE_FILE });
      await expect(refused).rejects.toThrow("is damaged");
    });
  }

  test("says what keeps store.json from being read", async () => {
    await files.makeFolder(STORE_FILE);
    await expect(checkStoreFolder(files)).rejects.toMatchObject({ code: "BABA_NOT_A_RECORD" });
  });
});

describe("checkStoreFolder() where a file is in the way", () => {
  test("says that it is the directory, and not store.json, that is wrong", async () => {
    const occupied = memoryFileSystem();
    await occupied.makeFolder(".");
    await occupied.create([{ path: STORE_FOLDER, bytes: utf8.encode("a file") }]);
    const refused = checkStoreFolder(occupied);
    await expect(refused).rejects.toMatchObject({ code: "BABA_NOT_A_FOLDER", record: "." });
    await expect(refused).rejects.toThrow("give another directory");
  });
});

describe("completeStoreFolder()", () => {
  test("makes store.json once, and leaves nothing on its way", async () => {
    await makeStoreFolders(files);
    await completeStoreFolder(files, "a");
    await completeStoreFolder(files, "b");
    const [bytes] = await files.read([STORE_FILE]);
    expect(bytes).toEqual(utf8.encode('{"format":1}\n'));
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });
});

describe("tidy()", () => {
  let reports: string[];
  const tidied = (): Promise<void> => {
    reports = [];
    const lock = new WriteLock(files, memoryRuntime(), { token: "living", identity: "p" });
    return tidy(files, lock, (message) => reports.push(message));
  };

  test("removes the temporary files of the dead and keeps those of the living, and what is no file", async () => {
    await makeStoreFolders(files);
    const names = ["dead-0", "dead-segment-7", "dead", "living-0", "living"];
    for (const name of names)
      await files.create([{ path: `${TEMPORARY_FOLDER}/${name}`, bytes: new Uint8Array() }]);
    for (const folder of [TEMPORARY_FOLDER, OWNERS_FOLDER, BREAKS_FOLDER])
      await files.makeFolder(`${folder}/@eaDir`);
    await tidied();
    expect(reports).toEqual([]);
    expect((await files.list(TEMPORARY_FOLDER))?.map(({ name }) => name)).toEqual([
      "living-0",
      "living",
      "@eaDir",
    ]);
  });

  test("has nothing to do where there is no folder of temporary files", async () => {
    await tidied();
    expect(reports).toEqual([]);
    expect(await files.list(TEMPORARY_FOLDER)).toBeUndefined();
  });

  test("reports what keeps it from its work", async () => {
    await files.create([{ path: TEMPORARY_FOLDER, bytes: new Uint8Array() }]);
    await tidied();
    expect(reports).toEqual([expect.stringContaining("cannot remove what ended processes left (ENOTDIR)")]);
  });
});
