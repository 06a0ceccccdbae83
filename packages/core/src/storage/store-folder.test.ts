import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { crashStates, SimulatedMachine } from "../testing/simulation/index.ts";
import { put, read, SimulatedStore } from "./commit/simulated-store.fixture.ts";
import {
  BREAKS_FOLDER,
  OWNERS_FOLDER,
  ownerPath,
  PASSING_FILE,
  STORE_FILE,
  STORE_FOLDER,
  TEMPORARY_FOLDER,
} from "./layout.ts";
import { WriteLock } from "./lock/write-lock.ts";
import { checkStoreFolder, completeStoreFolder, makeStoreFolders, tidy } from "./store-folder.ts";

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

  const noFormats = ['{"format":"1"}', '{"format":null}', '{"format":0}', '{"format":-1}', '{"format":1.5}'];
  for (const text of ["", "{", "null", "1", "{}", ...noFormats]) {
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

describe("checkStoreFolder() when a file has the place of the store's folder", () => {
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
  /** The files, whose syncs and removals fail if it is broken. */
  const breaking = (isBroken: boolean): FileSystem =>
    new Proxy(files, {
      get:
        (target, call: keyof FileSystem) =>
        async (...input: never[]) => {
          if (isBroken && ["sync", "remove"].includes(call)) throw new Error("read-only file system");
          return Reflect.apply(target[call], target, input);
        },
    });

  test("makes store.json once, and leaves no temporary file", async () => {
    await makeStoreFolders(files);
    for (const [token, isKnown] of [
      ["a", false],
      ["b", true],
    ] as const) {
      await files.create([{ path: ownerPath(token), bytes: utf8.encode(token) }]);
      await completeStoreFolder(files, { token, isKnown });
    }
    const [bytes] = await files.read([STORE_FILE]);
    expect(bytes).toEqual(utf8.encode('{"format":1}\n'));
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  for (const [folder, reopens] of [
    [STORE_FOLDER, false],
    [STORE_FOLDER, true],
    [".", false],
    [".", true],
  ] as const) {
    const whose = reopens ? "another handle" : "the same handle";
    test(`loses nothing of a commit by ${whose} if the first sync of ${folder} failed`, async () => {
      const store = new SimulatedStore();
      const first = await store.open("first");
      store.fail((step) => step.call === "syncFolder" && step.path === folder);
      await expect(first.storage.commit(put("one"))).rejects.toMatchObject({ code: "BABA_IO" });
      store.hook = () => undefined;
      if (reopens) await first.storage.close();
      const { storage } = reopens ? await store.open("second") : first;
      await storage.commit(put("two"));
      for (const image of crashStates(store.disk, { limit: 64, seed: 1 })) {
        const later = new SimulatedStore();
        [later.disk, later.machine] = [image, new SimulatedMachine(2)];
        expect(await read(await later.open("later"))).toBe("two");
      }
    });
  }

  test("names the fault, and goes on after it, if store.json can be neither made nor its file removed", async () => {
    await makeStoreFolders(files);
    await files.create([{ path: ownerPath("a"), bytes: utf8.encode("a") }]);
    const complete = (isBroken: boolean): Promise<void> =>
      completeStoreFolder(breaking(isBroken), { token: "a", isKnown: true });
    for (let i = 0; i < 2; i++) await expect(complete(true)).rejects.toThrow("read-only file system");
    await complete(false);
    await checkStoreFolder(files);
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("writes the folders again for the first commit of a store alone", async () => {
    const store = new SimulatedStore();
    const passing: string[] = [];
    store.hook = (step) => {
      if (step.call === "link" && step.to?.endsWith(PASSING_FILE)) passing.push(step.to);
      return undefined;
    };
    const [a, b] = [await store.open("a"), await store.open("b")];
    await a.storage.commit(put("one"));
    await b.storage.head();
    await b.storage.commit(put("two"));
    expect(passing).toEqual([`${STORE_FOLDER}/${PASSING_FILE}`, PASSING_FILE]);
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

  test("does nothing if there is no folder of temporary files", async () => {
    await tidied();
    expect(reports).toEqual([]);
    expect(await files.list(TEMPORARY_FOLDER)).toBeUndefined();
  });

  test("reports what keeps it from its work", async () => {
    await files.create([{ path: TEMPORARY_FOLDER, bytes: new Uint8Array() }]);
    await tidied();
    expect(reports).toEqual([
      expect.stringContaining("cannot clean up after processes that have ended (ENOTDIR)"),
    ]);
  });
});
