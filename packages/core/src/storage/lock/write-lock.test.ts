import { beforeEach, describe, expect, test } from "vitest";
import { LockedError } from "../../errors.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { LOCK_FILE, OWNERS_FOLDER, WANTED_FILE } from "../layout.ts";
import { SteeredLocks } from "./steered-locks.fixture.ts";
import { WriteLock } from "./write-lock.ts";

let locks: SteeredLocks;
beforeEach(async () => {
  locks = await SteeredLocks.make();
});

describe("WriteLock", () => {
  test("acquire() gives the lock to one owner at a time, and to the next one after the release", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    expect(await a.isHeld()).toBe(true);
    await expect(b.acquire(0)).rejects.toThrow(LockedError);
    await expect(b.acquire(0)).rejects.toThrow("process a");
    await a.release();
    await b.acquire(0);
    expect([await a.isHeld(), await b.isHeld()]).toEqual([false, true]);
  });

  test("acquire() waits for a living owner's release", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    const taken = b.acquire();
    await a.release();
    await taken;
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() says that it waits, until a release() that heeds it", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    expect(await a.isWanted()).toBe(false);
    await expect(b.acquire(0)).rejects.toThrow(LockedError);
    expect(await a.isWanted()).toBe(false);
    await expect(b.acquire(5)).rejects.toThrow(LockedError);
    expect(await a.isWanted()).toBe(true);
    await a.release();
    expect(await b.isWanted()).toBe(true);
    await b.acquire();
    await b.release({ isWanted: true });
    expect(await a.isWanted()).toBe(false);
  });

  /** A lock with its own clock, which only advances during its pauses. */
  function timed(token: string): { lock: WriteLock; clock: { time: number }; pauses: number[] } {
    const clock = { time: 0 };
    const pauses: number[] = [];
    const sleep = async (pause: number) => {
      pauses.push(pause);
      clock.time += pause;
    };
    const runtime = { ...memoryRuntime(), elapsed: () => clock.time, sleep };
    return {
      lock: new WriteLock(locks.files, runtime, { token, identity: `process ${token}` }),
      clock,
      pauses,
    };
  }

  test("acquire({ onlyOnce }) does not wait again for an owner that was waited for in vain, until the lock was taken", async () => {
    const { lock: b, pauses } = timed("b");
    const a = locks.lockOf("a");
    await a.acquire();
    await expect(b.acquire(5)).rejects.toThrow(LockedError);
    const waited = pauses.length;
    await expect(b.acquire(5, { onlyOnce: true })).rejects.toThrow("process a");
    expect(pauses).toHaveLength(waited);
    await a.release();
    await b.acquire();
    await b.release();
    await a.acquire();
    const before = pauses.length;
    await expect(b.acquire(5, { onlyOnce: true })).rejects.toThrow(LockedError);
    expect(pauses.length).toBeGreaterThan(before);
  });

  test("acquire() lets an owner go first that was overtaken for too long", async () => {
    const { lock: a, clock, pauses } = timed("a");
    const b = locks.lockOf("b");
    await b.announce();
    for (; clock.time < 100; clock.time += 30) {
      await a.acquire();
      await locks.files.link(b.ownFile, WANTED_FILE);
      await a.release({ isWanted: true });
    }
    expect(pauses).toEqual([]);
    await locks.files.link(b.ownFile, WANTED_FILE);
    const next = locks.once("kinds", () => b.acquire());
    const taken = a.acquire();
    await next;
    await b.release();
    await taken;
    expect(await a.isHeld()).toBe(true);
    expect(pauses.length).toBeGreaterThan(0);
  });

  test("acquire() waits for nobody if none waits, or if the lock was free for a while", async () => {
    const { lock: a, clock, pauses } = timed("a");
    for (const isWanted of [false, false, false, false, true]) {
      await a.acquire();
      await a.release({ isWanted });
      clock.time += 40;
    }
    clock.time += 40;
    await a.acquire();
    expect(pauses).toEqual([]);
  });

  test("acquire() does not wait for ever for a waiting owner that does not come", async () => {
    const { lock: a, clock, pauses } = timed("a");
    for (let i = 0; i < 3; i++, clock.time += 40) {
      await a.acquire();
      await a.release();
    }
    await locks.files.link(a.ownFile, WANTED_FILE);
    await a.acquire();
    const given = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(given).toBeGreaterThanOrEqual(100);
    expect(given).toBeLessThan(110);
    expect(await a.isWanted()).toBe(false);
  });

  test("acquire() has the lock that it waited for, also if it cannot take back that it waits", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    const taken = b.acquire();
    await expect.poll(() => a.isWanted()).toBe(true);
    await a.release();
    locks.failing("remove", "EIO");
    await taken;
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() says if this very process keeps the lock, or one in a container that cannot be told from it", async () => {
    const identity = "process a";
    const [a, b] = ["a", "b"].map(
      (token) => new WriteLock(locks.files, memoryRuntime(), { token, identity }),
    );
    await a?.acquire();
    await expect(b?.acquire(0)).rejects.toThrow(
      /^This process itself, .* or one of its number in another container, holds the write lock\./,
    );
  });

  test("acquire() says for how long it has waited for the owner, if it has", async () => {
    const { lock: b } = timed("b");
    await locks.lockOf("a").acquire();
    await expect(b.acquire(0)).rejects.toThrow("Another process holds the write lock, and is not known");
    await expect(b.acquire(2000)).rejects.toThrow("has held the write lock for 2 seconds, and is not known");
  });

  test("acquire() has the lock if an earlier release() failed", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    locks.failing("remove", "input/output error");
    await expect(a.release()).rejects.toThrow("input/output error");
    locks.before = async () => {};
    await expect(b.acquire(0)).rejects.toThrow("process a");
    await a.acquire(0);
    await a.release();
    await b.acquire(0);
  });

  test("release() leaves a lock alone that was taken away by force", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    await b.force();
    await b.acquire(0);
    await a.release();
    expect([await a.isHeld(), await b.isHeld()]).toEqual([false, true]);
  });

  test("acquire() waits as long for each of several owners, and tries again if one has just gone", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    // The lock passes from a to b, and is free at the very moment when c checks who has it.
    const events = [
      async () => {},
      async () => {},
      () => a.release().then(() => b.acquire()),
      () => b.release(),
    ];
    const come = async (call: string): Promise<void> => {
      if (call !== "read") return;
      locks.before = async () => {};
      await events.shift()?.();
      locks.before = come;
    };
    locks.before = come;
    await c.acquire(1000);
    expect(await c.isHeld()).toBe(true);
  });

  test("announce() creates one file for those who ask at once, and tries again after a failure", async () => {
    const a = locks.lockOf("a");
    locks.failing("sync", "input/output error");
    await expect(a.announce()).rejects.toThrow("input/output error");
    locks.before = async () => {};
    await Promise.all([a.announce(), a.acquire(), a.announce()]);
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("announce() names the fault, and goes on after it, if its file can be neither synced nor removed", async () => {
    const a = locks.lockOf("a");
    locks.before = async (call) => {
      if (call !== "announce") throw new Error("read-only file system");
    };
    for (let i = 0; i < 2; i++) await expect(a.announce()).rejects.toThrow("read-only file system");
    locks.before = async () => {};
    await a.announce();
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("isHeld() throws if the lock cannot be read", async () => {
    await locks.files.makeFolder(LOCK_FILE);
    await expect(locks.lockOf("a").isHeld()).rejects.toMatchObject({ code: "EISDIR" });
  });
});
