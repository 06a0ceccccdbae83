import { beforeEach, describe, expect, test } from "vitest";
import { LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { BREAKS_FOLDER, LOCK_FILE, OWNERS_FOLDER, WANTED_FILE } from "../layout.ts";
import { WriteLock } from "./write-lock.ts";

let files: FileSystem;
let dead: Set<string>;
let unknown: Set<string>;
/** Lets a test intervene between two calls of the lock. */
let before: (call: string) => Promise<void>;

beforeEach(async () => {
  const volume = memoryFileSystem(new MemoryVolume());
  dead = new Set();
  unknown = new Set();
  before = async () => {};
  files = new Proxy(volume, {
    get:
      (target, call: keyof FileSystem) =>
      async (...input: never[]) => {
        await before(call);
        if (call === "lives") return unknown.has(String(input[0])) ? undefined : !dead.has(String(input[0]));
        return Reflect.apply(target[call], target, input);
      },
  });
  for (const folder of [OWNERS_FOLDER, BREAKS_FOLDER]) await files.makeFolder(folder);
});

const lockOf = (token: string): WriteLock =>
  new WriteLock(files, memoryRuntime(), { token, identity: `process ${token}` });
/** Does `work` once, before the second such call: the first one checks who is waiting. */
const once = (call: string, work: () => Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    let calls = 0;
    before = async (next) => {
      if (next !== call || ++calls !== 2) return;
      await work();
      resolve();
    };
  });
/** From now on, every such call fails. */
const failing = (failed: string, message: string): void => {
  before = async (call) => {
    if (call === failed) throw new Error(message);
  };
};
const die = (...tokens: string[]): void => {
  for (const token of tokens) dead.add(`process ${token}`);
};

describe("WriteLock", () => {
  test("acquire() gives the lock to one owner at a time, and to the next one after the release", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    expect(await a.isHeld()).toBe(true);
    await expect(b.acquire(0)).rejects.toThrow(LockedError);
    await expect(b.acquire(0)).rejects.toThrow("process a");
    await a.release();
    await b.acquire(0);
    expect([await a.isHeld(), await b.isHeld()]).toEqual([false, true]);
  });

  test("acquire() waits for a living owner's release", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    const taken = b.acquire();
    await a.release();
    await taken;
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() says that it waits, until a release() that heeds it", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
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
    return { lock: new WriteLock(files, runtime, { token, identity: `process ${token}` }), clock, pauses };
  }

  test("acquire() lets an owner go first that was overtaken for too long", async () => {
    const { lock: a, clock, pauses } = timed("a");
    const b = lockOf("b");
    await b.announce();
    for (; clock.time < 100; clock.time += 30) {
      await a.acquire();
      await files.link(b.ownFile, WANTED_FILE);
      await a.release({ isWanted: true });
    }
    expect(pauses).toEqual([]);
    await files.link(b.ownFile, WANTED_FILE);
    const next = once("kinds", () => b.acquire());
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
    await files.link(a.ownFile, WANTED_FILE);
    await a.acquire();
    const given = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(given).toBeGreaterThanOrEqual(100);
    expect(given).toBeLessThan(110);
    expect(await a.isWanted()).toBe(false);
  });

  test("acquire() has the lock that it waited for, also if it cannot take back that it waits", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    const taken = b.acquire();
    await expect.poll(() => a.isWanted()).toBe(true);
    await a.release();
    failing("remove", "EIO");
    await taken;
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() says if it is this very process that keeps the lock, in another thread", async () => {
    const identity = "process a";
    const [a, b] = ["a", "b"].map((token) => new WriteLock(files, memoryRuntime(), { token, identity }));
    await a?.acquire();
    await expect(b?.acquire(0)).rejects.toThrow("This process itself has held the write lock");
  });

  test("acquire() takes a dead owner's lock at once", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    die("a");
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() takes a dead owner's lock that a dead one was about to break", async () => {
    const [a, b, c, d] = [lockOf("a"), lockOf("b"), lockOf("c"), lockOf("d")];
    await a.acquire();
    await c.acquire(0).catch(() => undefined);
    for (const dying of ["b", "c"]) {
      die("a");
      before = async (call) => {
        // Dies while it holds the right to break the lock.
        if (call === "remove") throw new Error("killed");
      };
      await expect((dying === "b" ? b : c).acquire(0)).rejects.toThrow("killed");
      before = async () => {};
      die(dying);
    }
    await d.acquire(0);
    expect(await d.isHeld()).toBe(true);
  });

  test("acquire() waits for a living one that is about to break the lock", async () => {
    const [a, b, c] = [lockOf("a"), lockOf("b"), lockOf("c")];
    await a.acquire();
    die("a");
    failing("remove", "paused");
    await expect(b.acquire(0)).rejects.toThrow("paused");
    before = async () => {};
    await expect(c.acquire(0)).rejects.toThrow(LockedError);
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() of a slow breaker does not remove the lock that another has taken meanwhile", async () => {
    const [a, b, c] = [lockOf("a"), lockOf("b"), lockOf("c")];
    await a.acquire();
    die("a");
    let slow = true;
    before = async (call) => {
      if (call !== "lives" || !slow) return;
      // b has read that a holds the lock; before it goes on, c breaks it, takes it and tidies up.
      slow = false;
      await c.acquire(0);
      await c.removeDeadOwners();
    };
    await expect(b.acquire(0)).rejects.toThrow("process c");
    expect(await c.isHeld()).toBe(true);
  });

  test("acquire() gives a dead owner's lock to one of many contenders", async () => {
    await lockOf("dead").acquire();
    die("dead");
    const tries = Array.from({ length: 20 }, (_, i) => lockOf(`t${i}`).acquire(0));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("acquire() has the lock if an earlier release() failed", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    failing("remove", "input/output error");
    await expect(a.release()).rejects.toThrow("input/output error");
    before = async () => {};
    await expect(b.acquire(0)).rejects.toThrow("process a");
    await a.acquire(0);
    await a.release();
    await b.acquire(0);
  });

  test("release() leaves a lock alone that was taken away by force", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    await b.force();
    await b.acquire(0);
    await a.release();
    expect([await a.isHeld(), await b.isHeld()]).toEqual([false, true]);
  });

  test("removeDeadOwners() returns the living owners, and removes the files of the dead", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    die("a");
    await b.acquire(0);
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
    expect(await files.list(BREAKS_FOLDER)).toEqual([]);
  });

  test("removeDeadOwners() removes the right to break a lock of no owner, and keeps a living one's", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.announce();
    await b.acquire();
    // A right left by a late attempt to break a forgotten owner's lock, and one that is still needed.
    for (const token of ["gone", "a"]) await files.link(`${OWNERS_FOLDER}/b`, `${BREAKS_FOLDER}/${token}`);
    await b.removeDeadOwners();
    expect((await files.list(BREAKS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("retire() removes the owner's file, and the lock can be taken again", async () => {
    const a = lockOf("a");
    await a.retire();
    await a.acquire();
    await a.release();
    await a.retire();
    expect(await files.list(OWNERS_FOLDER)).toEqual([]);
    await a.acquire();
    expect((await files.list(OWNERS_FOLDER))?.length).toBe(1);
    expect((await files.kinds([LOCK_FILE]))[0]).toBe("file");
  });

  test("retire() leaves a lock that could not be released to the process's next owner, until it is taken again", async () => {
    const [a, b, c] = [lockOf("a"), lockOf("b"), lockOf("c")];
    await a.acquire();
    failing("remove", "read-only file system");
    await expect(a.release()).rejects.toThrow("read-only file system");
    await expect(a.retire()).rejects.toThrow("read-only file system");
    before = async () => {};
    await b.acquire(0);
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
    await b.release();
    await a.acquire(0);
    await expect(c.acquire(0)).rejects.toThrow("process a");
  });

  test("retire() leaves a lock that comes back after its release() to the process's next owner", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    await files.rename([{ from: LOCK_FILE, to: "away" }]);
    await a.release();
    await a.retire();
    await files.rename([{ from: "away", to: LOCK_FILE }]);
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("removeDeadOwners() removes the file that retire() could not", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.announce();
    failing("remove", "read-only file system");
    await expect(a.retire()).rejects.toThrow("read-only file system");
    before = async () => {};
    await b.acquire();
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
  });

  test("acquire() waits as long for each of several owners, and tries again if one has just gone", async () => {
    const [a, b, c] = [lockOf("a"), lockOf("b"), lockOf("c")];
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
      before = async () => {};
      await events.shift()?.();
      before = come;
    };
    before = come;
    await c.acquire(1000);
    expect(await c.isHeld()).toBe(true);
  });

  test("acquire() looks again if a breaker's right goes before it is read", async () => {
    const [a, b, c] = [lockOf("a"), lockOf("b"), lockOf("c")];
    await a.acquire();
    die("a");
    failing("remove", "paused");
    await expect(b.acquire(0)).rejects.toThrow("paused");
    let links = 0;
    before = async (call) => {
      if (call === "link") links += 1;
      if (call !== "read" || links !== 2) return;
      before = async () => {};
      await files.remove([`${BREAKS_FOLDER}/a`]);
    };
    await c.acquire(1000);
    expect(await c.isHeld()).toBe(true);
  });

  test("acquire() takes the lock if a dead owner's has gone before it may break it", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    die("a");
    let links = 0;
    before = async (call) => {
      if (call !== "link" || ++links !== 2) return;
      before = async () => {};
      await files.remove([LOCK_FILE]);
    };
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() waits as for a living owner if the rights to break locks make a circle", async () => {
    die("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
    const [a, b] = [lockOf("aaaaaaaaaaaaaaaa"), lockOf("bbbbbbbbbbbbbbbb")];
    for (const lock of [a, b]) await lock.announce();
    await files.link(a.ownFile, LOCK_FILE);
    await files.link(b.ownFile, `${BREAKS_FOLDER}/aaaaaaaaaaaaaaaa`);
    await files.link(a.ownFile, `${BREAKS_FOLDER}/bbbbbbbbbbbbbbbb`);
    await expect(lockOf("cccccccccccccccc").acquire(100)).rejects.toThrow(LockedError);
  });

  test("acquire() takes a lock that names no process for a living one's, and says that it names none", async () => {
    await files.create([{ path: LOCK_FILE, bytes: new Uint8Array() }]);
    const failed = lockOf("a").acquire(0);
    await expect(failed).rejects.toThrow(LockedError);
    await expect(failed).rejects.toThrow(`not known to have ended: ${LOCK_FILE} does not say which. `);
  });

  test("acquire() and removeDeadOwners() take an owner that cannot be judged for living", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.acquire();
    unknown.add("process a");
    await expect(b.acquire(0)).rejects.toThrow(LockedError);
    expect(await b.removeDeadOwners()).toEqual(new Set(["a", "b"]));
    expect(await a.isHeld()).toBe(true);
  });

  test("announce() creates one file for those who ask at once, and tries again after a failure", async () => {
    const a = lockOf("a");
    failing("sync", "input/output error");
    await expect(a.announce()).rejects.toThrow("input/output error");
    before = async () => {};
    await Promise.all([a.announce(), a.acquire(), a.announce()]);
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("announce() names the fault, and goes on after it, if its file can be neither synced nor removed", async () => {
    const a = lockOf("a");
    before = async (call) => {
      if (call !== "announce") throw new Error("read-only file system");
    };
    for (let i = 0; i < 2; i++) await expect(a.announce()).rejects.toThrow("read-only file system");
    before = async () => {};
    await a.announce();
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("isHeld() throws if the lock cannot be read", async () => {
    await files.makeFolder(LOCK_FILE);
    await expect(lockOf("a").isHeld()).rejects.toMatchObject({ code: "EISDIR" });
  });

  test("removeDeadOwners() keeps its own file, whatever is said of it, and passes over one that goes", async () => {
    const [a, b] = [lockOf("a"), lockOf("b")];
    await a.announce();
    await b.announce();
    die("a");
    before = async (call) => {
      if (call !== "read") return;
      before = async () => {};
      await files.remove([`${OWNERS_FOLDER}/b`]);
    };
    expect(await a.removeDeadOwners()).toEqual(new Set(["a"]));
    expect((await files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
    const elsewhere = new WriteLock(memoryFileSystem(), memoryRuntime(), { token: "x", identity: "x" });
    expect(await elsewhere.removeDeadOwners()).toEqual(new Set(["x"]));
  });
});
