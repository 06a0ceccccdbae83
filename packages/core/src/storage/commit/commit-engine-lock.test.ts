import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError } from "../../errors.ts";
import { JOURNAL_FOLDER, LOCK_FILE, TEMPORARY_FOLDER, WANTED_FILE } from "../layout.ts";
import { background, bytes, code, is, put, read, SimulatedStore } from "./simulated-store.fixture.ts";

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

describe("CommitEngine, when its lock is taken away or cannot be read", () => {
  test("commit() fails with CommitUnknownError if the lock goes during its sync, and the handle writes no more", async () => {
    const [a, b] = [await store.open("a"), await store.open("b")];
    await a.storage.commit(put("one"));
    store.once(
      (step) => is(step, "a", "sync", JOURNAL_FOLDER),
      () => b.storage.forceUnlock(),
    );
    await expect(a.storage.commit(put("two"))).rejects.toThrow(CommitUnknownError);
    await expect(a.storage.commit(put("three"))).rejects.toMatchObject({
      message: expect.stringContaining("outcome of an earlier commit is unknown"),
      cause: { message: expect.stringContaining("The write lock was taken away by force") },
    });
    await a.storage.close();
    expect(await read(await store.open("c"))).toBe("two");
  });

  for (const settle of ["commit", "background"] as const) {
    test(`commit() with settle ${settle} never counts if another has gone on from before it`, async () => {
      const [a, b] = await store.afterOneBy("a");
      store.once(
        (step) => is(step, "a", "write", JOURNAL_FOLDER),
        async () => {
          await b.storage.forceUnlock();
          await b.storage.commit(put("zwei"));
        },
      );
      await expect(a.storage.commit(put("two", { settle }))).rejects.toThrow(CommitUnknownError);
      await a.storage.close();
      expect(await read(await store.open("c"))).toBe("zwei");
    });
  }

  test("commit() with background settling stands if another goes on behind it during its sync", async () => {
    const [a, b] = await store.afterOneBy("a");
    let looked = (): void => undefined;
    const look = new Promise<void>((resolve) => {
      looked = resolve;
    });
    let taken = false;
    store.hook = async (step) => {
      if (is(step, "a", "read", LOCK_FILE)) looked();
      if (taken || !is(step, "a", "sync", JOURNAL_FOLDER)) return undefined;
      taken = true;
      await look.then(turn);
      await b.storage.forceUnlock();
      await b.storage.commit({ ...put(""), changes: new Map([["s.baba", bytes("b's")]]) });
      return undefined;
    };
    await a.storage.commit(put("two", background));
    expect(await store.isPlaced("s.baba")).toBe(true);
    await a.storage.close();
    expect(await read(await store.open("c"))).toBe("two");
  });

  test("commit() fails with BABA_LOCKED if another has begun the segment, and leaves nothing behind", async () => {
    const [a, b] = [await store.open("a"), await store.open("b")];
    store.once(
      (step) => is(step, "a", "link", `${TEMPORARY_FOLDER}/`) && (step.to ?? "").startsWith(JOURNAL_FOLDER),
      async () => {
        await b.storage.forceUnlock();
        await b.storage.commit(put("b's"));
      },
    );
    await expect(a.storage.commit(put("a's"))).rejects.toMatchObject(code("BABA_LOCKED"));
    expect(await read(a)).toBe("b's");
    await a.storage.commit(put("later"));
    expect(await read(b)).toBe("later");
  });

  for (const who of ["itself", "another"] as const) {
    test(`forceUnlock() by ${who} lets the newest segment's writer go on, and refuses the paused one: BABA_LOCKED`, async () => {
      const [a, b, c] = [await store.open("a"), await store.open("b"), await store.open("c")];
      await b.storage.commit(put("one"));
      await store.given(LOCK_FILE);
      store.once(
        (step) => is(step, "a", "link", `${TEMPORARY_FOLDER}/`) && (step.to ?? "").startsWith(JOURNAL_FOLDER),
        async () => {
          await (who === "itself" ? b : c).storage.forceUnlock();
          await b.storage.commit(put("b's"));
        },
      );
      await expect(a.storage.commit(put("a's"))).rejects.toMatchObject(code("BABA_LOCKED"));
      for (const each of [a, b, c, await store.open("d")]) expect(await read(each)).toBe("b's");
    });
  }

  test("forceUnlock() lets through the commit() that waits for the lock, and refuses the paused one: BABA_LOCKED", async () => {
    const [a, b] = await store.afterOneBy("b");
    store.once(
      (step) => is(step, "a", "link", `${TEMPORARY_FOLDER}/`) && (step.to ?? "").startsWith(JOURNAL_FOLDER),
      async () => {
        store.once(
          ({ process, to }) => process === "b" && to === WANTED_FILE,
          () => b.storage.forceUnlock(),
        );
        await b.storage.commit(put("b's"));
      },
    );
    await expect(a.storage.commit(put("a's"))).rejects.toMatchObject(code("BABA_LOCKED"));
    expect(await read(await store.open("c"))).toBe("b's");
  });

  test("forceUnlock() reports that it cannot begin a segment to fence off the paused holder; commit() does it later", async () => {
    const [a, b] = await store.afterOneBy("b");
    store.fail((step) => is(step, "b", "create", `${TEMPORARY_FOLDER}/`));
    await b.storage.forceUnlock();
    expect(b.reports).toEqual([
      expect.stringMatching(/^Nobody else holds the write lock now, but .*\(EIO\)/),
    ]);
    store.hook = () => undefined;
    await b.storage.commit(put("b's", background));
    expect(await store.files.list(JOURNAL_FOLDER)).toHaveLength(2);
    expect(await read(a)).toBe("b's");
  });

  test("forceUnlock() makes no store if there is none", async () => {
    const a = await store.open("a");
    await a.storage.forceUnlock();
    expect(await store.files.list(".")).toBeUndefined();
    expect(a.reports).toEqual([]);
  });

  test("commit() fails with BABA_COMMIT_UNKNOWN if it cannot read the lock after the sync, and touches no file", async () => {
    const a = await store.open("a");
    let reads = 0;
    // The first is before the link of the segment.
    store.fail((step) => is(step, "a", "read", LOCK_FILE) && ++reads > 1);
    const outcome = a.storage.commit(put("one"));
    await expect(outcome).rejects.toMatchObject({ code: "BABA_COMMIT_UNKNOWN", cause: code("EIO") });
    expect(await store.isPlaced()).toBe(false);
  });

  test("commit() succeeds after background settling could not read the lock, and puts all in place", async () => {
    const a = await store.open("a");
    let reads = 0;
    store.fail((step) => is(step, "a", "read", LOCK_FILE) && ++reads === 4);
    await a.storage.commit(put("one", background));
    await expect.poll(() => a.reports.join()).toContain("cannot read (EIO)");
    await a.storage.commit(put("two"));
    expect(await store.isPlaced()).toBe(true);
    expect(await read(a)).toBe("two");
  });

  test("background settling leaves files to the lock's new owner", async () => {
    const [a, b] = [await store.open("a"), await store.open("b")];
    let reads = 0;
    // Before the link, after the sync, at the release, and then when the background settling has the lock.
    store.once(
      (step) => is(step, "a", "read", LOCK_FILE) && ++reads === 4,
      () => b.storage.forceUnlock(),
    );
    await a.storage.commit(put("one", background));
    await expect.poll(() => a.reports.join()).toContain("The write lock was taken away by force");
    expect(await store.isPlaced()).toBe(false);
    expect(await read(b)).toBe("one");
  });
});

/** What a commit does after its outcome is done before the next turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
