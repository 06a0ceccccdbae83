import { beforeEach, describe, expect, test } from "vitest";
import { JOURNAL_FOLDER, LOCK_FILE } from "./layout.ts";
import { background, code, never, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

test("FileStorage.storeWithin() is the folder that has a store's own folder, and undefined where none has", async () => {
  const storage = await store.open();
  await storage.commit(put({ "1.baba": "a", "a/b/2.baba": "b" }));
  expect(await storage.storeWithin()).toBeUndefined();
  await store.files.makeFolder("a/b/.baba");
  expect(await storage.storeWithin()).toBe("a/b");
});

describe("FileStorage.names() and renew()", () => {
  test("names() gives the records of every folder, those among them that are not in their places", async () => {
    const storage = await store.open();
    await storage.commit(put({ "2.baba": "a", "a/1.baba": "b", "a/b/c/3.baba": "c" }));
    store.sleep = never;
    await storage.commit(put({ "1.baba": "d", "a/1.baba": undefined }, background));
    const folders: string[][] = [];
    for await (const names of storage.names()) folders.push(names);
    expect(folders).toEqual([["1.baba", "2.baba"], [], [], ["a/b/c/3.baba"]]);
  });

  test("renew() leaves a journal of one segment without a commit, and everything in its place", async () => {
    const storage = await store.open();
    store.sleep = never;
    await storage.commit(put({ "1.baba": "a" }, background));
    const hold = await storage.hold();
    await storage.renew();
    await storage.renew();
    await hold.release();
    const files = store.files;
    expect(await files.list(JOURNAL_FOLDER)).toHaveLength(1);
    expect(await files.kinds(["1.baba"])).toEqual(["file"]);
    expect(await storage.head()).toBe(1);
  });

  test("renew() throws a typed error if it fails", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "a" }));
    const hold = await storage.hold();
    store.hook = ({ call }) => (call === "create" ? { fail: "EIO" } : undefined);
    await expect(storage.renew()).rejects.toMatchObject(code("BABA_IO"));
    store.hook = () => undefined;
    await hold.release();
  });
});

test("FileStorage.forceUnlock() says in its own words what keeps the lock from being removed", async () => {
  const storage = await store.open();
  await store.files.makeFolder(LOCK_FILE);
  const failure = { name: "BabaError", code: "BABA_NOT_A_RECORD", record: LOCK_FILE };
  await expect(storage.forceUnlock()).rejects.toMatchObject(failure);
});

describe("FileStorage.hasStopped()", () => {
  test("is false before it is open and while it can be used", async () => {
    const storage = store.create();
    expect(await storage.hasStopped()).toBe(false);
    await storage.open();
    await storage.commit(put({ "1.baba": "one" }));
    expect(await storage.hasStopped()).toBe(false);
    await storage.close();
  });

  test("is true once the outcome of a commit is unknown", async () => {
    const storage = await store.open();
    store.hook = ({ call, path }) =>
      call === "syncFolder" && path === JOURNAL_FOLDER ? { fail: "EIO" } : undefined;
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toMatchObject({
      code: "BABA_COMMIT_UNKNOWN",
    });
    store.hook = () => undefined;
    expect(await storage.hasStopped()).toBe(true);
  });

  test("is true while the journal cannot be followed", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    await storage.commit(put({ "2.baba": "two" }));
    await (await storage.hold()).release();
    store.hook = ({ call }) => (call === "kinds" ? { fail: "EIO" } : undefined);
    expect(await storage.hasStopped()).toBe(true);
    store.hook = () => undefined;
    expect(await storage.hasStopped()).toBe(false);
  });
});
