import { describe, expect, test } from "vitest";
import { LockQueue } from "../lock/lock-queue.ts";
import type { Transaction } from "../storage.ts";
import { CommitQueue } from "./commit-queue.ts";

const transaction: Transaction = {
  changes: new Map([["1.baba", new Uint8Array(1)]]),
  basis: undefined,
  hold: undefined,
  durability: "full",
  settle: "commit",
};

/** A queue whose every commit finds another one waiting at its end, up to the fiftieth. */
function busyQueue() {
  const outcomes: Promise<void>[] = [];
  const committed = { count: 0 };
  const queue = new CommitQueue({
    lockQueue: new LockQueue(
      () => Promise.resolve(),
      () => undefined,
    ),
    lock: () => Promise.resolve(),
    rest: () => Promise.resolve(),
    commit: async (batch) => {
      committed.count += batch.length;
      if (committed.count < 50) submit();
      for (const { resolve } of batch) resolve();
    },
  });
  const submit = () => void outcomes.push(queue.submit(transaction));
  return { queue, submit, committed, outcomes };
}

describe("CommitQueue.drained()", () => {
  test("waits for the commits that wait for the lock, and for none that are submitted later", async () => {
    const { queue, submit, committed, outcomes } = busyQueue();
    const ended: string[] = [];
    submit();
    void outcomes[0]?.then(() => ended.push("commit"));
    await queue.drained();
    expect(ended).toEqual(["commit"]);
    expect(committed.count).toBeLessThan(10);
  });

  test("waits for commits that fail", async () => {
    const queue = new CommitQueue({
      lockQueue: new LockQueue(
        () => Promise.resolve(),
        () => undefined,
      ),
      lock: () => Promise.reject(new Error("no lock")),
      rest: () => Promise.resolve(),
      commit: () => Promise.resolve(),
    });
    const ended: string[] = [];
    const failing = queue.submit(transaction).catch((error: unknown) => void ended.push(String(error)));
    await queue.drained();
    expect(ended).toEqual(["Error: no lock"]);
    await failing;
  });
});
