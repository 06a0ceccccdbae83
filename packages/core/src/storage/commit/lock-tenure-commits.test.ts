import { beforeEach, describe, expect, test } from "vitest";
import { JOURNAL_FOLDER, LOCK_FILE, WANTED_FILE } from "../layout.ts";
import { background, bytes, code, is, put, read, SimulatedStore } from "./simulated-store.fixture.ts";

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

describe("LockTenure", () => {
  /** How often a process tries to link the lock. */
  function locks(process: string): () => number {
    let count = 0;
    store.hook = (step) => {
      if (step.process === process && step.call === "link" && step.to === LOCK_FILE) count += 1;
      return undefined;
    };
    return () => count;
  }

  test("keeps the lock between the commits of a series", async () => {
    const a = await store.open("a", { settles: false });
    const count = locks("a");
    for (let i = 0; i < 20; i++) await a.storage.commit(put(`${i}`));
    expect(count()).toBe(2);
    expect(await read(await store.open("b"))).toBe("19");
  });

  test("gives the lock back after a single commit, and a moment after the last of a series", async () => {
    const [a, b] = [await store.open("a", { settles: false }), await store.open("b")];
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    for (const text of ["two", "three", "four"]) await b.storage.commit(put(text));
    await store.given(LOCK_FILE);
    expect(await read(a)).toBe("four");
  });

  test("gives the lock back within a series once another process says that it waits", async () => {
    const [a, b] = [await store.open("a"), await store.open("b")];
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    let done = false;
    const committed = b.storage.commit(put("b's")).finally(() => {
      done = true;
    });
    let commits = 0;
    for (; !done && commits < 1000; commits++) await a.storage.commit(put("a's"));
    await committed;
    expect(commits).toBeLessThan(1000);
    await store.given(LOCK_FILE);
    await store.given(WANTED_FILE);
  });

  test("looks for a kept lock again after a pause, and for what others did without it", async () => {
    let time = 0;
    const a = await store.open("a", { settles: false, elapsed: () => time });
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await expect.poll(() => store.isPlaced(LOCK_FILE)).toBe(true);
    time += 1000;
    const b = await store.open("b");
    await b.storage.forceUnlock();
    await b.storage.commit(put("b's"));
    expect(await read(a)).toBe("b's");
    await store.given(LOCK_FILE);
    await a.storage.commit(put("four"));
    expect(await read(b)).toBe("four");
  });

  for (const [pause, expected] of [
    [0, 1],
    [1, 10],
    [3, 19],
  ] as const) {
    test(`looks every 2 ms whether another process waits, with commits ${pause} ms apart`, async () => {
      let time = 0;
      const a = await store.open("a", { settles: false, elapsed: () => time });
      let looks = 0;
      store.hook = (step) => {
        if (is(step, "a", "kinds", WANTED_FILE)) looks += 1;
        return undefined;
      };
      for (let i = 0; i < 20; i++) {
        time += pause;
        await a.storage.commit(put(`${i}`));
        await turn();
      }
      expect(looks).toBe(expected);
    });
  }

  for (const [what, kept] of [
    ["was kept", true],
    ["was about to be kept", false],
  ] as const) {
    test(`gives up a lock that ${what} at forceUnlock() of its own handle`, async () => {
      let time = 0;
      const [a, b] = [
        await store.open("a", { settles: false, elapsed: () => time }),
        await store.open("b", { settles: false }),
      ];
      let looks = 0;
      store.hook = (step) => {
        if (is(step, "a", "kinds", WANTED_FILE)) looks += 1;
        return undefined;
      };
      for (const text of ["one", "two", "three"]) {
        if (text !== "one") await turn();
        time += 3;
        await a.storage.commit(put(text));
      }
      if (kept) {
        await expect.poll(() => looks).toBe(2);
        await turn();
      }
      await a.storage.forceUnlock();
      // Not in place, so that only the journal has it.
      await b.storage.commit(put("b's", background));
      expect(await read(a)).toBe("b's");
      await a.storage.commit(put("four"));
      expect(await read(b)).toBe("four");
    });
  }

  test("leaves another's wish for the lock alone if nobody looked whether there is one", async () => {
    const a = await store.open("a");
    const hold = await a.storage.hold();
    await store.files.create([{ path: WANTED_FILE, bytes: bytes("b") }]);
    await hold.release();
    expect(await store.isPlaced(LOCK_FILE)).toBe(false);
    expect(await store.isPlaced(WANTED_FILE)).toBe(true);
  });

  test("gives a kept lock back at close()", async () => {
    const a = await store.open("a", { settles: false });
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await a.storage.close();
    expect(await store.isPlaced(LOCK_FILE)).toBe(false);
    expect(a.reports).toEqual([]);
  });

  test("does not keep the lock if it cannot learn whether another waits", async () => {
    const a = await store.open("a", { settles: false });
    store.fail((step) => is(step, "a", "kinds", WANTED_FILE));
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await store.given(LOCK_FILE);
    expect(a.reports).toEqual([]);
  });

  test("reports a kept lock that it cannot give back", async () => {
    const a = await store.open("a");
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    store.fail((step) => is(step, "a", "remove", LOCK_FILE));
    await expect.poll(() => a.reports.join()).toContain("cannot release the write lock");
  });

  for (const alsoRelease of [false, true]) {
    test(`gives the lock back${alsoRelease ? ", if it can," : ""} when the journal cannot be read`, async () => {
      const [a, b] = [await store.open("a"), await store.open("b")];
      await b.storage.commit(put("one"));
      store.fail(
        (step) =>
          is(step, "a", "list", JOURNAL_FOLDER) || (alsoRelease && is(step, "a", "remove", LOCK_FILE)),
      );
      await expect(a.storage.commit(put("two"))).rejects.toMatchObject(code("BABA_IO"));
      store.hook = () => undefined;
      if (alsoRelease) await b.storage.forceUnlock();
      await b.storage.commit(put("three"));
      expect(await read(a)).toBe("three");
    });
  }

  test("lets head() follow nothing during a hold, as the holder knows all there is", async () => {
    const a = await store.open("a");
    let following: Promise<number> | undefined;
    store.once(
      (step) => is(step, "a", "list", JOURNAL_FOLDER),
      async () => {
        following = a.storage.head();
      },
    );
    const hold = await a.storage.hold();
    expect(await following).toBe(0);
    await a.storage.commit(put("one", { hold }));
    store.fail(({ call }) => call === "kinds");
    expect(await a.storage.head()).toBe(1);
    store.hook = () => undefined;
    await hold.release();
  });
});

describe("LockReturn", () => {
  /** Fails one access to the lock by a process, counted from now on. */
  function failOnce(call: string, which: number): void {
    let count = 0;
    store.hook = (step) =>
      is(step, "a", call, LOCK_FILE) && ++count === which ? { fail: "EMFILE" } : undefined;
  }

  test("gives the lock back a moment after a commit that could not, and reports that failure", async () => {
    const a = await store.open("a");
    // Before the link, after the sync, before the file is renamed into place, and at the release.
    failOnce("read", 4);
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    expect(a.reports).toEqual([expect.stringContaining("cannot release the write lock (EMFILE)")]);
  });

  test("gives the lock back a moment after a hold that could not", async () => {
    const a = await store.open("a");
    const hold = await a.storage.hold();
    failOnce("remove", 1);
    await hold.release();
    await store.given(LOCK_FILE);
  });

  test("tries a few times after growing pauses, and again at the end of the next commit", async () => {
    const a = await store.open("a");
    let removals = 0;
    store.hook = (step) => {
      if (!is(step, "a", "remove", LOCK_FILE)) return undefined;
      removals += 1;
      return { fail: "EIO" };
    };
    await a.storage.commit(put("one"));
    await expect.poll(() => a.reports).toHaveLength(2);
    expect(removals).toBe(6);
    await a.storage.commit(put("two"));
    await expect.poll(() => a.reports).toHaveLength(4);
    store.hook = () => undefined;
    await a.storage.commit(put("three"));
    await store.given(LOCK_FILE);
  });

  for (const tries of [1, 6]) {
    test(`tries again at close() before the owner's file is removed: ${tries} failures`, async () => {
      const a = await store.open("a");
      await a.storage.commit(put("one"));
      await store.given(LOCK_FILE);
      const removals: string[] = [];
      store.hook = (step) => {
        if (step.call !== "remove" || !/lock$|owners/.test(step.path)) return undefined;
        removals.push(step.path === LOCK_FILE ? "lock" : "owner");
        return removals.length <= tries ? { fail: "EIO" } : undefined;
      };
      await a.storage.close();
      expect(removals).toEqual([...Array.from({ length: Math.min(tries + 1, 6) }, () => "lock"), "owner"]);
      expect(await store.isPlaced(LOCK_FILE)).toBe(tries === 6);
      expect(a.reports).toHaveLength(tries === 6 ? 1 : 0);
    });
  }
});

/** What a commit does after its outcome is done before the next turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
