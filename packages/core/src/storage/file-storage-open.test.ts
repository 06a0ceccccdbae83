import { beforeEach, describe, expect, test } from "vitest";
import { JOURNAL_FOLDER, STORE_FILE, STORE_FOLDER } from "./layout.ts";
import { background, bytes, code, never, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

test("FileStorage.open() does not list the records, however many there are", async () => {
  await (await store.open()).commit(put({ "1.baba": "a" }));
  const listed: string[] = [];
  store.hook = ({ call, path }) => {
    if (call === "list" || call === "names") listed.push(path);
    return undefined;
  };
  const storage = await store.open();
  expect(listed).not.toContain(".");
  expect(await storage.count(".")).toBe(1);
  expect(listed).toContain(".");
});

describe("FileStorage.open()", () => {
  test("refuses a store of a newer format, or a damaged one, and touches nothing", async () => {
    await store.files.makeFolder(STORE_FOLDER);
    for (const [text, said] of [
      ['{"format":2}', "newer version"],
      ["{", "damaged"],
    ] as const) {
      await store.files.create([{ path: STORE_FILE, bytes: bytes(text) }]);
      const before = store.disk.operations.length;
      await expect(store.create().open()).rejects.toMatchObject(code("BABA_FORMAT"));
      await expect(store.create().open()).rejects.toThrow(said);
      expect(store.disk.operations.length).toBe(before);
      await store.files.remove([STORE_FILE]);
    }
  });

  test("says in its own words what keeps the journal from being read, and no other call goes before it", async () => {
    store.hook = ({ path }) => (path === JOURNAL_FOLDER ? { fail: "EACCES" } : undefined);
    const storage = store.create();
    await expect(storage.head()).rejects.toMatchObject(code("BABA_CLOSED"));
    await storage.close();
    await expect(store.create().open()).rejects.toMatchObject({
      code: "BABA_PERMISSION",
      record: STORE_FOLDER,
    });
  });

  test("leaves nothing for close() to do or report if it failed, and the next open() does it", async () => {
    store.sleep = never;
    await (await store.open()).commit(put({ "1.baba": "one" }, background));
    store.machine.powerCut();
    const storage = store.create();
    store.hook = ({ path }) => (path === JOURNAL_FOLDER ? { fail: "EACCES" } : undefined);
    await expect(storage.open()).rejects.toMatchObject(code("BABA_PERMISSION"));
    const before = store.disk.operations.length;
    await storage.close();
    expect(store.reports).toEqual([]);
    expect(store.disk.operations.length).toBe(before);
    store.hook = () => undefined;
    await (await store.open()).close();
    expect(await store.files.kinds(["1.baba"])).toEqual(["file"]);
  });
});

test("FileStorage.open() during another one opens once", async () => {
  const storage = store.create();
  let [identities, second] = [0, Promise.resolve()];
  store.hook = ({ call }) => {
    if (call === "processIdentity") identities++;
    if (call === "list" && identities === 1) second = storage.open();
    return undefined;
  };
  await storage.open();
  await second;
  expect(identities).toBe(1);
});

test("FileStorage.open() reports no recovery as a failure if there is nobody else to tell of it", async () => {
  store.sleep = never;
  await (await store.open()).commit(put({ "1.baba": "one" }, background));
  store.machine.powerCut();
  await store.open();
  expect(await store.files.kinds(["1.baba"])).toEqual(["file"]);
  expect(store.reports).toEqual([]);
});
