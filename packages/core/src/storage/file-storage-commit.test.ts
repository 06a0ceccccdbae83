import { beforeEach, describe, expect, test } from "vitest";
import { BREAKS_FOLDER, LOCK_FILE, OWNERS_FOLDER, TEMPORARY_FOLDER } from "./layout.ts";
import { background, bytes, code, never, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

describe("FileStorage.commit()", () => {
  test("judges a commit of nothing, without the lock, and says what keeps it from being judged", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    await (await storage.hold()).release();
    store.hook = ({ call }) => (call === "link" || call === "kinds" ? { fail: "EIO" } : undefined);
    await storage.commit(put({}));
    const basis = { head: 1, records: new Set(["1.baba"]), folders: new Set<string>() };
    await expect(storage.commit(put({}, { basis }))).rejects.toMatchObject(code("BABA_IO"));
    store.hook = () => undefined;
    await storage.commit(put({}, { basis }));
  });

  test("refuses one of a batch whose place cannot be looked at, in its own words, and makes the others", async () => {
    const storage = await store.open();
    store.hook = ({ call, path }) => (call === "kinds" && path === "1.baba" ? { fail: "EACCES" } : undefined);
    const [one, two] = await Promise.allSettled([
      storage.commit(put({ "1.baba": "one" })),
      storage.commit(put({ "2.baba": "two" })),
    ]);
    expect(one).toMatchObject({
      status: "rejected",
      reason: { code: "BABA_PERMISSION", record: "1.baba", name: "BabaError" },
    });
    expect(two.status).toBe("fulfilled");
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("looks up what each of a batch has read, instead of going through all that the batch has made before", async () => {
    const storage = await store.open();
    await storage.commit(put({ "0.baba": "zero" }));
    let looks = 0;
    class Counted extends Set<string> {
      override has(name: string): boolean {
        looks += 1;
        return super.has(name);
      }
    }
    const head = await storage.head();
    const names = Array.from({ length: 300 }, (_, i) => `${i + 1}.baba`);
    const commits = names.map((name) => {
      const basis = { head, records: new Counted([name]), folders: new Counted() };
      return storage.commit(put({ [name]: "new" }, { basis }));
    });
    await Promise.all(commits);
    expect(looks).toBeLessThan(10 * names.length);
  });

  test("syncs nothing under relaxed durability, unless its files are to be in place", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    store.sleep = never;
    const syncs = () => store.disk.operations.filter(({ call }) => call === "sync").length;
    const before = syncs();
    await storage.commit(put({ "1.baba": "two" }, { durability: "relaxed", ...background }));
    expect(syncs()).toBe(before);
    await storage.commit(put({ "1.baba": "three" }, { durability: "relaxed" }));
    expect(syncs()).toBe(before + 1);
  });

  test("rejects all that wait if the lock cannot be taken", async () => {
    const storage = await store.open();
    store.hook = ({ call }) => (call === "link" ? { fail: "EPERM" } : undefined);
    const outcomes = await Promise.allSettled([
      storage.commit(put({ "1.baba": "one" })),
      storage.commit(put({ "2.baba": "two" })),
    ]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: code("BABA_PERMISSION") });
  });

  test("stands and reports it if the lock cannot be given back, and the next one goes on", async () => {
    const storage = await store.open();
    store.hook = ({ call, path }) =>
      call === "remove" && path === LOCK_FILE ? { fail: "EBUSY" } : undefined;
    await storage.commit(put({ "1.baba": "one" }));
    await expect.poll(() => store.reports.join()).toContain("cannot release the write lock (EBUSY)");
    store.hook = () => undefined;
    await storage.commit(put({ "2.baba": "two" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  test("leaves nobody with a kept lock if it cannot look who has it after a pause", async () => {
    const [storage, other] = [await store.open(), await store.open()];
    let wake = () => {};
    store.sleep = () =>
      new Promise((resolve) => {
        wake = resolve;
      });
    for (const name of ["1.baba", "2.baba"]) await storage.commit(put({ [name]: "one" }));
    await expect.poll(() => store.sleeps).toEqual([2]);
    store.time += 1000;
    store.hook = ({ call, path }) => (call === "read" && path === LOCK_FILE ? { fail: "EMFILE" } : undefined);
    await expect(storage.commit(put({ "3.baba": "one" }))).rejects.toMatchObject(code("BABA_IO"));
    store.hook = () => undefined;
    store.sleep = async () => {};
    wake();
    const isLocked = async () => (await store.files.kinds([LOCK_FILE]))[0] === "file";
    await expect.poll(isLocked).toBe(false);
    await other.commit(put({ "3.baba": "other" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("succeeds although others left folders among its files, and reports it if tidying fails", async () => {
    for (const folder of [OWNERS_FOLDER, BREAKS_FOLDER, TEMPORARY_FOLDER])
      await store.files.makeFolder(`${folder}/@eaDir`);
    await (await store.open()).commit(put({ "1.baba": "one" }));
    expect(store.reports).toEqual([]);
    store.hook = ({ call, path }) =>
      call === "list" && path === TEMPORARY_FOLDER ? { fail: "EIO" } : undefined;
    const storage = await store.open();
    for (const name of ["2.baba", "3.baba"]) await storage.commit(put({ [name]: "one" }));
    expect(store.reports).toEqual([
      expect.stringContaining("cannot clean up after processes that have ended (EIO)"),
    ]);
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("and hold() throw BABA_CLOSED before open()", async () => {
    await expect(store.create().commit(put({ "1.baba": "one" }))).rejects.toMatchObject(code("BABA_CLOSED"));
    await expect(store.create().hold()).rejects.toMatchObject(code("BABA_CLOSED"));
  });

  test("puts files in place after a pause in the background, and at once if much waits", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }, background));
    await storage.close();
    expect(store.sleeps[0]).toBe(10);
    store.sleeps = [];
    const again = await store.open();
    await again.commit({
      ...put({}, background),
      changes: new Map([["2.baba", new Uint8Array(9 << 20)]]),
    });
    await again.close();
    expect(store.sleeps).not.toContain(10);
    expect(store.reports).toEqual([]);
  });

  test("reports it if files cannot be put in place in the background", async () => {
    const storage = await store.open();
    store.hook = ({ call }) => (call === "rename" ? { fail: "EACCES" } : undefined);
    await storage.commit(put({ "1.baba": "one" }, background));
    await expect.poll(() => store.reports.join()).toContain("cannot put in place (EACCES)");
    expect(await storage.read(["1.baba"])).toEqual([bytes("one")]);
    store.hook = () => undefined;
    await storage.close();
    expect((await store.files.kinds(["1.baba"]))[0]).toBe("file");
  });
});
