import { beforeEach, describe, expect, test } from "vitest";
import type { Step } from "../../testing/simulation/index.ts";
import { messageOf } from "../io-error.ts";
import { JOURNAL_FOLDER, LOCK_FILE, TEMPORARY_FOLDER, WANTED_FILE } from "../layout.ts";
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

/** More records than are staged during a sync, among them the one that the tests read. */
function many(text: string) {
  const names = Array.from({ length: 300 }, (_, i) => (i === 290 ? "r.baba" : `${i}.baba`));
  return put(text, { changes: new Map(names.map((name) => [name, bytes(text)])) });
}

/**
 * Pauses a process at the first step that fits, while another takes the lock by force, commits and
 * checkpoints.
 */
function overtake(fits: (step: Step) => boolean, other: Opened): void {
  store.once(fits, async () => {
    await other.storage.forceUnlock();
    await other.storage.commit(put("b's"));
    const hold = await other.storage.hold();
    await other.storage.renew();
    await hold.release();
  });
}

/** A commit of `b`, and when it is paused before it fills its segment, until `other` has ended. */
function pausedCommit({ storage }: Opened, other: () => Promise<unknown>) {
  let reach = (): void => {};
  const paused = new Promise<void>((resolve) => {
    reach = resolve;
  });
  store.once(
    (step) => is(step, "b", "write", TEMPORARY_FOLDER),
    () => {
      reach();
      return other();
    },
  );
  return { paused, committed: storage.commit(put("b's")).catch((error: unknown) => error) };
}

describe("CommitEngine, when its lock is taken by force while it puts files in place", () => {
  test.each([
    ["a staged file", put("a's"), (step: Step) => is(step, "a", "rename", TEMPORARY_FOLDER)],
    ["one of many files", many("a's"), (step: Step) => step.process === "a" && step.to === "r.baba"],
    [
      "a file that it has yet to write",
      many("a's"),
      (step: Step) => is(step, "a", "create", TEMPORARY_FOLDER) && !step.path.includes("segment"),
    ],
    [
      "a file of a commit with background settling",
      put("a's", background),
      (step: Step) => step.process === "a" && step.to === "r.baba",
    ],
  ])("commit() never replaces a newer file: paused at %s", async (_, transaction, fits) => {
    const [a, b] = await store.afterOneBy("a");
    overtake(fits, b);
    await a.storage.commit(transaction);
    await expect.poll(() => a.reports.join()).toContain("The write lock was taken away by force");
    for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("b's");
    await expect(a.storage.commit(put("later"))).rejects.toMatchObject(code("BABA_COMMIT_UNKNOWN"));
    expect(await store.files.list(TEMPORARY_FOLDER)).toEqual([]);
    await a.storage.close();
    expect(await read(await store.open("d"))).toBe("b's");
  });

  test("commit() removes no newer file: paused when the commit is in the journal", async () => {
    const [a, b] = await store.afterOneBy("a");
    let reads = 0;
    // After the sync, and before the removal.
    overtake((step) => is(step, "a", "read", LOCK_FILE) && ++reads === 2, b);
    await a.storage.commit(put("", { changes: new Map([["r.baba", undefined]]) }));
    for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("b's");
  });

  test("forceUnlock() takes the lock over: no third process can commit before the holder is fenced off", async () => {
    const [a, b, c] = [await store.open("a"), await store.open("b"), await store.open("c")];
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    const seen: boolean[] = [];
    const commits: Promise<void>[] = [];
    store.once(
      (step) => step.process === "a" && step.to === "r.baba",
      async () => {
        commits.push(c.storage.commit(put("c's")));
        store.hook = async (step) => {
          if (step.process === "b") seen.push(await store.isPlaced(LOCK_FILE));
          return undefined;
        };
        await b.storage.forceUnlock();
        store.hook = () => undefined;
        await Promise.all(commits);
      },
    );
    await a.storage.commit(put("a's"));
    expect(seen.filter((isThere) => !isThere)).toEqual([]);
    expect(seen.length).toBeGreaterThan(5);
    for (const each of [b, c, await store.open("d")]) expect(await read(each)).toBe("c's");
  });

  test("commit() is safe from the former holder if the process that forced the lock was killed before it began a segment", async () => {
    const [a, b, c] = [await store.open("a"), await store.open("b"), await store.open("c")];
    await a.storage.commit(put("one"));
    await store.given(LOCK_FILE);
    store.once(
      (step) => step.process === "a" && step.to === "r.baba",
      async () => {
        await new Promise<void>((resolve) => {
          store.hook = async (step) => {
            if (!is(step, "b", "remove", TEMPORARY_FOLDER)) return undefined;
            resolve();
            return { end: "process" };
          };
          void b.storage.forceUnlock();
        });
        store.hook = () => undefined;
        await c.storage.commit(put("c's"));
      },
    );
    await a.storage.commit(put("a's"));
    for (const each of [c, await store.open("d")]) expect(await read(each)).toBe("c's");
  });

  test("forceUnlock() by a handle that waits for the lock gives it to that handle, and releases it in the end", async () => {
    const [a, b] = await store.afterOneBy("a");
    store.once(
      (step) => step.process === "a" && step.to === "r.baba",
      async () => {
        store.once(
          ({ process, to }) => process === "b" && to === WANTED_FILE,
          () => b.storage.forceUnlock(),
        );
        await b.storage.commit(put("b's"));
      },
    );
    await a.storage.commit(put("a's"));
    expect(await read(await store.open("c"))).toBe("b's");
    await store.given(LOCK_FILE);
    expect(b.reports).toEqual([]);
  });

  test("forceUnlock() goes on if another process forces the lock in the middle of it", async () => {
    const [a, b, c] = [await store.open("a"), await store.open("b"), await store.open("c")];
    await a.storage.commit(put("one"));
    const hold = await a.storage.hold();
    store.once(
      (step) => step.process === "b" && step.call === "rename" && step.to === LOCK_FILE,
      async () => {
        await c.storage.forceUnlock();
        await c.storage.commit(put("c's"));
        await c.storage.hold();
      },
    );
    await b.storage.forceUnlock();
    await b.storage.commit(put("b's"));
    await hold.release();
    for (const each of [b, await store.open("d")]) expect(await read(each)).toBe("b's");
    expect(await store.files.list(TEMPORARY_FOLDER)).toEqual([]);
  });

  for (const [when, call] of [
    ["links", "link"],
    ["creates", "create"],
    ["fills", "write"],
    ["syncs", "sync"],
  ] as const) {
    test(`commit() begins no segment whose number others have used and removed: paused before it ${when} it`, async () => {
      const [a, b] = await store.afterOneBy("b");
      overtake((step) => is(step, "a", call, TEMPORARY_FOLDER) && step.path.includes("segment"), b);
      await expect(a.storage.commit(put("a's"))).rejects.toMatchObject(code("BABA_LOCKED"));
      expect(await read(a)).toBe("b's");
      await a.storage.commit(put("later"));
      for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("later");
    });
  }

  test("commit() whose segment others have checkpointed and removed says so, and not that the directory was removed", async () => {
    const [a, b] = await store.afterOneBy("a");
    overtake((step) => is(step, "a", "write", JOURNAL_FOLDER), b);
    await expect(a.storage.commit(put("a's"))).rejects.toMatchObject(code("BABA_LOCKED"));
    await a.storage.commit(put("later"));
    for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("later");
  });

  test("commit() whose own forceUnlock() gives the lock away removes no file of whoever has it then", async () => {
    const [a, b] = await store.afterOneBy("a");
    let committed: Promise<unknown> | undefined;
    store.once(
      (step) => is(step, "a", "kinds", JOURNAL_FOLDER),
      async () => {
        await a.storage.forceUnlock();
        const others = pausedCommit(b, () => own);
        committed = others.committed;
        await others.paused;
      },
    );
    const own = a.storage.commit(put("a's")).catch((error: unknown) => error);
    expect(await own).toMatchObject(code("BABA_LOCKED"));
    expect(await committed).toBeUndefined();
    for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("b's");
  });

  test("commit() says that the lock was taken if its segment was removed by a process that was about to fence another off", async () => {
    const [a, b] = await store.afterOneBy("a");
    let committed: Promise<unknown> | undefined;
    store.once(
      (step) => is(step, "a", "list", TEMPORARY_FOLDER),
      async () => {
        await a.storage.forceUnlock();
        const others = pausedCommit(b, () => forced);
        committed = others.committed;
        await others.paused;
      },
    );
    const forced = a.storage.forceUnlock();
    await forced;
    expect(await committed).toMatchObject(code("BABA_LOCKED"));
    await b.storage.commit(put("b's"));
    expect(await read(await store.open("c"))).toBe("b's");
  });

  test("commit() says what is wrong if a segment cannot be linked", async () => {
    const a = await store.open("a");
    store.fail((step) => step.call === "link" && (step.to ?? "").startsWith(JOURNAL_FOLDER));
    await expect(a.storage.commit(put("one"))).rejects.toMatchObject(code("BABA_IO"));
  });

  test("renew() begins no segment of such a number either, behind which acknowledged commits would be lost", async () => {
    const [a, b] = await store.afterOneBy("a");
    const hold = await a.storage.hold();
    overtake((step) => step.process === "a" && (step.to ?? "").startsWith(JOURNAL_FOLDER), b);
    await expect(a.storage.renew()).rejects.toMatchObject(code("BABA_LOCKED"));
    await hold.release();
    await a.storage.commit(put("later"));
    for (const each of [b, await store.open("c")]) expect(await read(each)).toBe("later");
  });

  test("forceUnlock() within a hold of the same handle does not wait for it, and costs the hold its lock", async () => {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    const hold = await a.storage.hold();
    await a.storage.forceUnlock();
    await expect(hold.mustHold()).rejects.toMatchObject(code("BABA_COMMIT_UNKNOWN"));
    await hold.release();
    await store.given(LOCK_FILE);
  });

  test.each([
    ["another process", "b"],
    ["this very handle", "a"],
  ] as const)(
    "commit() within a hold that has lost the lock by force to %s writes nothing, and says so",
    async (_, forcing) => {
      const [a, b] = await store.afterOneBy("a");
      const hold = await a.storage.hold();
      await (forcing === "a" ? a : b).storage.forceUnlock();
      await b.storage.commit(put("b's"));
      const error = await a.storage.commit(put("a's", { hold })).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(code("BABA_LOCKED"));
      expect(messageOf(error)).toContain("nothing was written");
      await hold.release();
      expect(await read(await store.open("c"))).toBe("b's");
      await a.storage.commit(put("later"));
      for (const each of [b, await store.open("d")]) expect(await read(each)).toBe("later");
    },
  );

  test("forceUnlock() fails once the storage is closed", async () => {
    const a = await store.open("a");
    await a.storage.close();
    await expect(a.storage.forceUnlock()).rejects.toMatchObject(code("BABA_CLOSED"));
  });
});
