import { beforeEach, describe, expect, test, vi } from "vitest";
import { LockedError } from "../../errors.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { memoryRuntime } from "../../testing/memory-runtime.ts";
import { BREAKS_FOLDER, LOCK_FILE, OWNERS_FOLDER, ownerPath } from "../layout.ts";
import { SteeredLocks } from "./steered-locks.fixture.ts";
import { WriteLock } from "./write-lock.ts";

let locks: SteeredLocks;
beforeEach(async () => {
  locks = await SteeredLocks.make();
});

describe("WriteLock and the owners that may have ended", () => {
  test("acquire() takes a dead owner's lock at once", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    locks.die("a");
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() takes a dead owner's lock that a dead one was about to break", async () => {
    const [a, b, c, d] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c"), locks.lockOf("d")];
    await a.acquire();
    await c.acquire(0).catch(() => undefined);
    for (const dying of ["b", "c"]) {
      locks.die("a");
      locks.before = async (call) => {
        // Dies while it holds the right to break the lock.
        if (call === "remove") throw new Error("killed");
      };
      await expect((dying === "b" ? b : c).acquire(0)).rejects.toThrow("killed");
      locks.before = async () => {};
      locks.die(dying);
    }
    await d.acquire(0);
    expect(await d.isHeld()).toBe(true);
  });

  test("acquire() waits for a living one that is about to break the lock", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.die("a");
    locks.failing("remove", "paused");
    await expect(b.acquire(0)).rejects.toThrow("paused");
    locks.before = async () => {};
    await expect(c.acquire(0)).rejects.toThrow(LockedError);
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() of a slow breaker does not remove the lock that another has taken meanwhile", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.die("a");
    let slow = true;
    locks.before = async (call) => {
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
    await locks.lockOf("dead").acquire();
    locks.die("dead");
    const tries = Array.from({ length: 20 }, (_, i) => locks.lockOf(`t${i}`).acquire(0));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("removeDeadOwners() returns the living owners, and removes the files of the dead", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    locks.die("a");
    await b.acquire(0);
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
    expect(await locks.files.list(BREAKS_FOLDER)).toEqual([]);
  });

  test("removeDeadOwners() removes the right to break a lock of no owner, and keeps a living one's", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.announce();
    await b.acquire();
    // A right left by a late attempt to break a forgotten owner's lock, and one that is still needed.
    for (const token of ["gone", "a"])
      await locks.files.link(`${OWNERS_FOLDER}/b`, `${BREAKS_FOLDER}/${token}`);
    await b.removeDeadOwners();
    expect((await locks.files.list(BREAKS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("retire() removes the owner's file, and the lock can be taken again", async () => {
    const a = locks.lockOf("a");
    await a.retire();
    await a.acquire();
    await a.release();
    await a.retire();
    expect(await locks.files.list(OWNERS_FOLDER)).toEqual([]);
    await a.acquire();
    expect((await locks.files.list(OWNERS_FOLDER))?.length).toBe(1);
    expect((await locks.files.kinds([LOCK_FILE]))[0]).toBe("file");
  });

  test("retire() leaves a lock that could not be released to the process's next owner, until it is taken again", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.failing("remove", "read-only file system");
    await expect(a.release()).rejects.toThrow("read-only file system");
    await expect(a.retire()).rejects.toThrow("read-only file system");
    locks.before = async () => {};
    await b.acquire(0);
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
    await b.release();
    await a.acquire(0);
    await expect(c.acquire(0)).rejects.toThrow("process a");
  });

  test("retire() leaves a lock that comes back after its release() to the process's next owner", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    await locks.files.rename([{ from: LOCK_FILE, to: "away" }]);
    await a.release();
    await a.retire();
    await locks.files.rename([{ from: "away", to: LOCK_FILE }]);
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() that cannot remove a dead owner's lock gives back the right to do so", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.die("a");
    let removals = 0;
    locks.before = async (call) => {
      if (call === "remove" && removals++ === 0) throw new Error("immutable folder");
    };
    await expect(b.acquire(0)).rejects.toThrow("immutable folder");
    expect(await locks.files.list(BREAKS_FOLDER)).toEqual([]);
    await c.acquire(0);
    expect(await c.isHeld()).toBe(true);
  });

  test("retire() leaves a right to break a lock, used or given back in vain, to the process's next owner", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.die("a");
    locks.failing("remove", "read-only file system");
    await expect(b.acquire(0)).rejects.toThrow("read-only file system");
    locks.before = async () => {};
    await b.retire();
    await c.acquire(0);
    expect(await c.isHeld()).toBe(true);
  });

  test("removeDeadOwners() removes the file that retire() could not", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.announce();
    locks.failing("remove", "read-only file system");
    await expect(a.retire()).rejects.toThrow("read-only file system");
    locks.before = async () => {};
    await b.acquire();
    expect(await b.removeDeadOwners()).toEqual(new Set(["b"]));
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["b"]);
  });

  test("acquire() looks again if a breaker's right goes before it is read", async () => {
    const [a, b, c] = [locks.lockOf("a"), locks.lockOf("b"), locks.lockOf("c")];
    await a.acquire();
    locks.die("a");
    locks.failing("remove", "paused");
    await expect(b.acquire(0)).rejects.toThrow("paused");
    let links = 0;
    locks.before = async (call) => {
      if (call === "link") links += 1;
      if (call !== "read" || links !== 2) return;
      locks.before = async () => {};
      await locks.files.remove([`${BREAKS_FOLDER}/a`]);
    };
    await c.acquire(1000);
    expect(await c.isHeld()).toBe(true);
  });

  test("acquire() takes the lock if a dead owner's has gone before it may break it", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    locks.die("a");
    let links = 0;
    locks.before = async (call) => {
      if (call !== "link" || ++links !== 2) return;
      locks.before = async () => {};
      await locks.files.remove([LOCK_FILE]);
    };
    await b.acquire(0);
    expect(await b.isHeld()).toBe(true);
  });

  test("acquire() waits as for a living owner if the rights to break locks make a circle", async () => {
    locks.die("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
    const [a, b] = [locks.lockOf("aaaaaaaaaaaaaaaa"), locks.lockOf("bbbbbbbbbbbbbbbb")];
    for (const lock of [a, b]) await lock.announce();
    await locks.files.link(a.ownFile, LOCK_FILE);
    await locks.files.link(b.ownFile, `${BREAKS_FOLDER}/aaaaaaaaaaaaaaaa`);
    await locks.files.link(a.ownFile, `${BREAKS_FOLDER}/bbbbbbbbbbbbbbbb`);
    await expect(locks.lockOf("cccccccccccccccc").acquire(100)).rejects.toThrow(LockedError);
  });

  test("acquire() takes a lock that names no process for a living one's, and says that it names none", async () => {
    await locks.files.create([{ path: LOCK_FILE, bytes: new Uint8Array() }]);
    const failed = locks.lockOf("a").acquire(0);
    await expect(failed).rejects.toThrow(LockedError);
    await expect(failed).rejects.toThrow(`not known to have ended: ${LOCK_FILE} does not say which. `);
  });

  test("acquire() and removeDeadOwners() take an owner that cannot be judged for living", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.acquire();
    locks.unknown.add("process a");
    await expect(b.acquire(0)).rejects.toThrow(LockedError);
    expect(await b.removeDeadOwners()).toEqual(new Set(["a", "b"]));
    expect(await a.isHeld()).toBe(true);
  });

  test("removeDeadOwners() keeps its own file, whatever is said of it, and passes over one that goes", async () => {
    const [a, b] = [locks.lockOf("a"), locks.lockOf("b")];
    await a.announce();
    await b.announce();
    locks.die("a");
    locks.before = async (call) => {
      if (call !== "read") return;
      locks.before = async () => {};
      await locks.files.remove([`${OWNERS_FOLDER}/b`]);
    };
    expect(await a.removeDeadOwners()).toEqual(new Set(["a"]));
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["a"]);
    const elsewhere = new WriteLock(memoryFileSystem(), memoryRuntime(), { token: "x", identity: "x" });
    expect(await elsewhere.removeDeadOwners()).toEqual(new Set(["x"]));
  });

  test("removeDeadOwners() looks through no list anew for each of many dead owners and their rights", async () => {
    const [count, own, { includes }] = [300, locks.lockOf("own"), Array.prototype];
    await own.announce();
    for (let i = 0; i < count; i++) {
      await locks.lockOf(`${i}`).announce();
      await locks.files.link(ownerPath(`${i}`), `${BREAKS_FOLDER}/${i}`);
      await locks.files.link(ownerPath(`${i}`), `${BREAKS_FOLDER}/gone-${i}`);
      locks.die(`${i}`);
    }
    let searched = 0;
    const spy = vi.spyOn(Array.prototype, "includes").mockImplementation(function (
      this: unknown[],
      item: unknown,
    ) {
      searched += this.length;
      return includes.call(this, item);
    });
    const living = await own.removeDeadOwners().finally(() => spy.mockRestore());
    expect(living).toEqual(new Set(["own"]));
    expect(searched).toBeLessThan(10 * count);
    expect((await locks.files.list(OWNERS_FOLDER))?.map(({ name }) => name)).toEqual(["own"]);
    expect(await locks.files.list(BREAKS_FOLDER)).toEqual([]);
  });
});
