import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError } from "../../errors.ts";
import { JOURNAL_FOLDER, LOCK_FILE, TEMPORARY_FOLDER, WANTED_FILE } from "../layout.ts";
import { bytes, code, is, type Opened, put, read, SimulatedStore } from "./simulated-store.fixture.ts";

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

describe("CommitEngine, when files cannot be put in place", () => {
  test("commit() stands and is reported, later ones fail with BABA_SETTLE until the obstacle is gone", async () => {
    const a = await store.open("a");
    store.fail(({ call }) => call === "rename");
    await a.storage.commit(put("one"));
    expect(a.reports.join()).toContain("A commit stands, but its files cannot be put in place yet");
    expect(await read(a)).toBe("one");
    await expect(a.storage.commit(put("two"))).rejects.toMatchObject(code("BABA_SETTLE"));
    expect(await read(a)).toBe("one");
    store.hook = () => undefined;
    await a.storage.commit(put("three"));
    expect(await store.isPlaced()).toBe(true);
    expect(await read(await store.open("b"))).toBe("three");
  });

  test("commit() of another process fails too, and head() does not tell it that its files are in place", async () => {
    const [a, b] = [await store.open("a"), await store.open("b")];
    store.fail(({ call, to }) => call === "rename" && to === "r.baba");
    await a.storage.commit(put("one"));
    const other = new Map([["other.baba", bytes("x")]]);
    await expect(b.storage.commit(put("", { changes: other }))).rejects.toMatchObject(code("BABA_SETTLE"));
    expect(await b.storage.head()).toBe(1);
    store.hook = () => undefined;
    await b.storage.commit(put("", { changes: other }));
    expect([await store.isPlaced(), await store.isPlaced("other.baba")]).toEqual([true, true]);
  });

  test("commit() of the same batch succeeds, and no checkpoint is made", async () => {
    const a = await store.open("a");
    store.fail(({ call }) => call === "rename");
    const large = new Map([["large.baba", new Uint8Array(17 << 20)]]);
    await Promise.all([a.storage.commit(put("one", { changes: large })), a.storage.commit(put("two"))]);
    expect(a.reports).toHaveLength(1);
    expect(await read(a)).toBe("two");
  });
});

describe("commit() of a session that began in a new store", () => {
  for (const name of ["b.baba", "a.baba"] as const) {
    const conflicts = name === "a.baba";
    test(`${conflicts ? "conflicts" : "does not conflict"} if another has committed a.baba and it has read ${name}`, async () => {
      const a = await store.open("a");
      const head = await a.storage.head();
      const commit = (read: string, written: string): Promise<void> => {
        const basis = { head, records: new Set([read]), folders: new Set<string>() };
        return a.storage.commit(put("", { basis, changes: new Map([[written, bytes("x")]]) }));
      };
      await commit("a.baba", "a.baba");
      await store.given(LOCK_FILE);
      const second = commit(name, "c.baba");
      if (conflicts) await expect(second).rejects.toThrow("a later commit changed it");
      else await second;
    });
  }
});

describe("CommitEngine, after a commit() whose sync failed", () => {
  const other = new Map([["other.baba", bytes("x")]]);

  /** With two commits in one write that are not known to be durable. */
  async function unsynced(): Promise<Opened> {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    store.fail((step) => is(step, "a", "sync", JOURNAL_FOLDER));
    const both = [a.storage.commit(put("two")), a.storage.commit(put("", { changes: other }))];
    for (const outcome of await Promise.allSettled(both))
      expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(CommitUnknownError) });
    return a;
  }

  test("read() and list() of every handle show the commit whole", async () => {
    for (const opened of [await unsynced(), await store.open("b")]) {
      expect(await read(opened)).toBe("two");
      expect(await opened.storage.list(".")).toEqual(["other.baba", "r.baba"]);
    }
  });

  test("commit() of a session that began before it conflicts, in every handle", async () => {
    for (const { storage } of [await unsynced(), await store.open("b")]) {
      const basis = { head: 1, records: new Set(["r.baba"]), folders: new Set<string>() };
      const reading = storage.commit(put("", { basis, changes: new Map() }));
      await expect(reading).rejects.toMatchObject(code("BABA_CONFLICT"));
      await storage.commit(put("", { basis: { ...basis, head: 3 }, changes: new Map() }));
    }
  });
});

describe("CommitEngine with the text of few records", () => {
  test("writes it before the journal's sync ends, and puts it in place afterwards", async () => {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    const calls: string[] = [];
    store.hook = (step) => {
      if (step.path !== WANTED_FILE) calls.push(`${step.call} ${step.path.split("/").slice(0, 2).join("/")}`);
      return undefined;
    };
    await a.storage.commit(put("two"));
    const sync = calls.indexOf(`sync ${JOURNAL_FOLDER}`);
    const create = calls.indexOf(`create ${TEMPORARY_FOLDER}`);
    const look = calls.indexOf(`read ${LOCK_FILE}`);
    const rename = calls.indexOf(`rename ${TEMPORARY_FOLDER}`);
    expect([sync, create, look, rename]).not.toContain(-1);
    expect([sync, create, look, rename].toSorted((x, y) => x - y)).toEqual([sync, create, look, rename]);
    expect(await store.isPlaced()).toBe(true);
  });

  for (const [what, call] of [
    ["the sync", "sync"],
    ["a look at the lock", "read"],
  ] as const) {
    test(`removes it again if ${what} fails`, async () => {
      const a = await store.open("a");
      await a.storage.commit(put("one"));
      const where = call === "sync" ? JOURNAL_FOLDER : LOCK_FILE;
      await store.given(LOCK_FILE);
      store.fail((step) => is(step, "a", call, where));
      await expect(a.storage.commit(put("two"))).rejects.toThrow(CommitUnknownError);
      expect(await store.files.list(TEMPORARY_FOLDER)).toEqual([]);
    });
  }
});
