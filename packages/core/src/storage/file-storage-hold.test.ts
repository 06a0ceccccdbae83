import { beforeEach, describe, expect, test } from "vitest";
import { LockedError } from "../errors.ts";
import type { Step } from "../testing/simulation/index.ts";
import { LOCK_FILE, OWNERS_FOLDER, TEMPORARY_FOLDER } from "./layout.ts";
import { code, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

describe("FileStorage.hold()", () => {
  test("makes commit() wait, which throws LockedError after ten seconds", async () => {
    const storage = await store.open();
    const hold = await storage.hold();
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toThrow(LockedError);
    expect(store.sleeps.reduce((sum, time) => sum + time, 0)).toBe(10_000);
    await storage.commit(put({ "2.baba": "two" }, { hold }));
    await hold.release();
    await hold.release();
    await storage.commit(put({ "3.baba": "three" }));
    expect(await storage.list(".")).toEqual(["2.baba", "3.baba"]);
  });

  test("makes another hold(), and a commit() that waits since before the lock was taken, wait as long", async () => {
    const storage = await store.open();
    const waiting: Promise<unknown>[] = [];
    store.hook = ({ call, to }) => {
      if (call === "link" && to === LOCK_FILE && waiting.length === 0)
        waiting.push(storage.commit(put({ "1.baba": "one" })), storage.hold());
      return undefined;
    };
    const hold = await storage.hold();
    const outcomes = await Promise.allSettled(waiting);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: code("BABA_LOCKED") });
    await hold.release();
    await (await storage.hold()).release();
    await storage.commit(put({ "2.baba": "two" }));
    expect([outcomes.length, await storage.list(".")]).toEqual([2, ["2.baba"]]);
  });

  test("makes each commit() wait for ten seconds, whenever it began to wait", async () => {
    const storage = await store.open();
    const hold = await storage.hold();
    const second: Promise<void>[] = [];
    store.sleep = async () => {
      const waited = store.sleeps.reduce((sum, time) => sum + time, 0);
      if (waited >= 9_900 && second.length === 0) second.push(storage.commit(put({ "2.baba": "two" })));
    };
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toThrow(LockedError);
    expect(second).toHaveLength(1);
    await hold.release();
    await second[0];
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("ends at release() once the commits under it have ended, which are made one after another", async () => {
    const storage = await store.open();
    const hold = await storage.hold();
    const held = ["1.baba", "2.baba"].map((name) => storage.commit(put({ [name]: "held" }, { hold })));
    await hold.release();
    await storage.commit(put({ "3.baba": "other" }));
    await Promise.all(held);
    await storage.close();
    expect(await (await store.open()).list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("is of no use after its release(): commit() throws BABA_SESSION_CLOSED and writes nothing", async () => {
    const storage = await store.open();
    const first = await storage.hold();
    await first.release();
    const refused = expect.objectContaining(code("BABA_SESSION_CLOSED"));
    await expect(storage.commit(put({ "1.baba": "late" }, { hold: first }))).rejects.toEqual(refused);
    const second = await storage.hold();
    await first.release();
    await expect(storage.commit(put({ "1.baba": "late" }, { hold: first }))).rejects.toEqual(refused);
    await storage.commit(put({ "2.baba": "held" }, { hold: second }));
    await second.release();
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("ends and reports it if the lock cannot be given back", async () => {
    const storage = await store.open();
    const hold = await storage.hold();
    await storage.commit(put({ "1.baba": "one" }, { hold }));
    store.hook = ({ call, path }) => (call === "remove" && path === LOCK_FILE ? { fail: "EIO" } : undefined);
    await hold.release();
    expect(store.reports.join()).toContain("cannot release the write lock (EIO)");
    store.hook = () => undefined;
    await storage.commit(put({ "2.baba": "two" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  for (const [call, place] of [
    ["sync", OWNERS_FOLDER],
    ["sync", TEMPORARY_FOLDER],
    ["link", TEMPORARY_FOLDER],
  ] as const) {
    test(`lets the next one go on if the lock cannot be taken: ${call} in ${place}`, async () => {
      const storage = await store.open();
      const fails = (step: Step): boolean => step.call === call && step.path.startsWith(place);
      store.hook = (step) => (fails(step) ? { fail: "EPERM" } : undefined);
      await expect(storage.hold()).rejects.toMatchObject(code("BABA_PERMISSION"));
      // What it made is in nobody's way, even if it could not be removed at first.
      store.hook = (step) => (fails(step) || step.call === "remove" ? { fail: "EPERM" } : undefined);
      await expect(storage.hold()).rejects.toMatchObject(code("BABA_PERMISSION"));
      store.hook = () => undefined;
      await (await storage.hold()).release();
    });
  }
});
