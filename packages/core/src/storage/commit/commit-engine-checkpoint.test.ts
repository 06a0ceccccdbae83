import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError } from "../../errors.ts";
import { crashStates, simulatedFileSystem } from "../../testing/simulation/index.ts";
import { JOURNAL_FOLDER, LOCK_FILE, segmentPath, TEMPORARY_FOLDER } from "../layout.ts";
import type { Transaction } from "../storage.ts";
import { bytes, code, is, put, read, SimulatedStore } from "./simulated-store.fixture.ts";

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

describe("checkpoint()", () => {
  const large = (): Transaction => put("", { changes: new Map([["r.baba", new Uint8Array(17 << 20)]]) });

  const other = (text: string): Transaction => put("", { changes: new Map([["other.baba", bytes(text)]]) });

  test("runs at the end of a commit() that makes the journal long", async () => {
    const a = await store.open("a");
    await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
    await (await a.storage.hold()).release();
    const names = (await store.files.list(JOURNAL_FOLDER))?.map(({ name }) => name);
    expect([names, a.reports]).toEqual([[segmentPath(2).slice(-16)], []]);
  });

  test("reports its failure after a commit(), and the commit stands", async () => {
    const a = await store.open("a");
    store.fail((step) => is(step, "a", "sync", "r.baba"));
    await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
    await expect(a.storage.commit(put("more"))).rejects.toThrow(CommitUnknownError);
    expect(a.reports.join()).toContain("A checkpoint failed");
    store.hook = () => undefined;
    expect(await read(a)).toBe("small");
  });

  test("remembers to sync files of later commits after it could not remove segments", async () => {
    let now = 0;
    const a = await store.open("a", { settles: false, elapsed: () => now });
    await a.storage.commit(put("one"));
    store.hook = (step) => {
      if (!is(step, "a", "remove", `${JOURNAL_FOLDER}/`)) return undefined;
      store.hook = () => undefined;
      return { fail: "EBUSY" };
    };
    // The lock is kept for the second commit, so that it reads nothing of the journal.
    await a.storage.commit(large());
    await a.storage.commit(other("small"));
    expect(await store.isPlaced(LOCK_FILE)).toBe(true);
    now = 50;
    await a.storage.head();
    await a.storage.close();
    expect(a.reports).toEqual([expect.stringContaining("A checkpoint failed")]);
    for (const image of crashStates(store.disk, { limit: 50, seed: 1 })) {
      const names = (await simulatedFileSystem(image).list("."))?.map(({ name }) => name);
      expect(names).toContain("other.baba");
    }
  });

  for (const [what, error, said] of [
    ["an error without a code", new TypeError("a bug"), "a bug (unknown error)."],
    ["what is no error", "a text", "a text (unknown error)."],
    ["a system's error", Object.assign(new Error("no room"), { code: "ENOSPC" }), "no room (ENOSPC)."],
  ] as const) {
    test(`reports ${what} with which it fails`, async () => {
      const a = await store.open("a");
      let segments = 0;
      store.hook = (step) => {
        if (step.call === "create" && step.path.includes("-segment-") && ++segments === 2) throw error;
        return undefined;
      };
      await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
      await a.storage.commit(put("more"));
      expect(a.reports).toEqual([`A checkpoint failed: ${said}`]);
    });
  }

  test("of one process does not disturb head() and commit() of another", async () => {
    const [a, b, c] = [await store.open("a"), await store.open("b"), await store.open("c")];
    await a.storage.commit(put("one"));
    const head = await c.storage.head();
    await b.storage.commit(put("two"));
    await b.storage.close();
    expect(await read(c)).toBe("two");
    const basis = { head, records: new Set(["r.baba"]), folders: new Set<string>() };
    await expect(c.storage.commit(put("three", { basis }))).rejects.toMatchObject(code("BABA_CONFLICT"));
    await c.storage.commit(put("four"));
    expect(await read(a)).toBe("four");
  });

  for (const [what, unrevoked] of [
    ["and takes back what marks said", false],
    ["and cannot say so", true],
  ] as const) {
    test(`poisons the handle if its sync fails at close(), ${what}`, async () => {
      const [a, b] = [await store.open("a"), await store.open("b")];
      await a.storage.commit(put("one"));
      await b.storage.head();
      store.fail(
        (step) =>
          is(step, "a", "sync", "r.baba") || (unrevoked && is(step, "a", "create", `${TEMPORARY_FOLDER}/`)),
      );
      await a.storage.close();
      expect(a.reports.join()).toContain("Some work is left");
      store.hook = () => undefined;
      expect(await read(b)).toBe("one");
      await b.storage.commit(put("x", { changes: new Map([["other.baba", bytes("x")]]) }));
      await b.storage.close();
      expect(b.reports).toEqual([]);
      if (unrevoked) return;
      for (const image of crashStates(store.disk, { limit: 50, seed: 1 })) {
        store.disk = image;
        expect(await read(await store.open("c"))).toBe("one");
      }
    });
  }
});
