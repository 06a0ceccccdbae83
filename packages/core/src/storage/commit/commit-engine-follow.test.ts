import { beforeEach, describe, expect, test } from "vitest";
import { JOURNAL_FOLDER, segmentPath } from "../layout.ts";
import {
  background,
  bytes,
  code,
  is,
  type Opened,
  put,
  read,
  SimulatedStore,
} from "./simulated-store.fixture.ts";

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

describe("CommitEngine, after a reading of the journal that failed on its way", () => {
  /**
   * `b` has followed up to commit 1 of `a`; then come commits 2 and 3 of `a`, which says that 2 is synced,
   * and 4 of `c` in the next segment.
   */
  async function twoMoreSegments(): Promise<Opened> {
    const [a, b, c] = [
      await store.open("a", { settles: false }),
      await store.open("b", { settles: false }),
      await store.open("c", { settles: false }),
    ];
    await a.storage.commit(put("one", background));
    await b.storage.head();
    await a.storage.commit(put("two", background));
    await a.storage.commit(other("three"));
    await (await a.storage.hold()).release();
    await c.storage.commit(other("four"));
    return b;
  }

  const other = (text: string) => put("", { ...background, changes: new Map([["other.baba", bytes(text)]]) });

  /** One call of `b` fails for lack of file descriptors. */
  function failOnce(fits: Parameters<SimulatedStore["fail"]>[0]): void {
    store.hook = (step) => {
      if (!fits(step)) return undefined;
      store.hook = () => undefined;
      return { fail: "EMFILE" };
    };
  }

  for (const [what, call, number] of [
    ["looks for the segment after the next one", "kinds", 3],
    ["reads the next segment", "read", 2],
  ] as const) {
    test(`head() forgets no commit that it has passed if it fails when it ${what}`, async () => {
      const b = await twoMoreSegments();
      failOnce((step) => is(step, "b", call, segmentPath(number)));
      await expect(b.storage.head()).rejects.toMatchObject(code("BABA_IO"));
      expect(await b.storage.head()).toBe(4);
      expect(await read(b)).toBe("two");
    });
  }

  test("commit() finds conflicts with the commits passed, and close() puts them in place", async () => {
    const b = await twoMoreSegments();
    const basis = { head: 1, records: new Set(["r.baba"]), folders: new Set<string>() };
    failOnce((step) => is(step, "b", "kinds", segmentPath(3)));
    await expect(b.storage.head()).rejects.toMatchObject(code("BABA_IO"));
    await expect(b.storage.commit(put("five", { basis }))).rejects.toMatchObject(code("BABA_CONFLICT"));
    await b.storage.close();
    expect(await store.isPlaced()).toBe(true);
    expect(await read(await store.open("again"))).toBe("two");
  });

  test("read() gives the commits passed when head() could not learn whether the last writer lives", async () => {
    const b = await store.open("b");
    const a = await store.open("a", { settles: false });
    await a.storage.commit(put("one", background));
    failOnce((step) => step.process === "b" && step.call === "lives");
    await expect(b.storage.head()).rejects.toMatchObject(code("BABA_IO"));
    expect(await read(b)).toBe("one");
    expect((await store.files.list(JOURNAL_FOLDER))?.length).toBe(1);
  });
});
