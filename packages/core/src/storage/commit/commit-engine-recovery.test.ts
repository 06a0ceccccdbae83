import { beforeEach, describe, expect, test } from "vitest";
import {
  crashStates,
  type SimulatedDisk,
  SimulatedMachine,
  simulatedFileSystem,
} from "../../testing/simulation/index.ts";
import { JOURNAL_FOLDER, LOCK_FILE, STORE_FOLDER, TEMPORARY_FOLDER } from "../layout.ts";
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

describe("CommitEngine's recovery", () => {
  /** A store with a commit of a process that died before it put the file in place. */
  async function leftByDead(): Promise<void> {
    const dead = await store.open("dead", { settles: false });
    await dead.storage.commit(put("left", background));
    dead.kill();
  }

  test("at open() durably places what a dead process committed, and forgets the journal", async () => {
    await leftByDead();
    expect(await store.isPlaced()).toBe(false);
    await store.open("a");
    expect(await store.isPlaced()).toBe(true);
    expect((await store.files.list(JOURNAL_FOLDER))?.length).toBe(1);
    for (const image of crashStates(store.disk, { limit: 50, seed: 1 })) {
      const names = (await simulatedFileSystem(image).list("."))?.map(({ name }) => name);
      expect(names).toContain("r.baba");
    }
  });

  test("makes commit() fail with BABA_SETTLE, naming the record, if it cannot place files", async () => {
    const holder = await store.open("holder");
    const dead = await store.open("dead", { settles: false });
    const names = Array.from({ length: 200 }, (_, i) => `${i}.baba`);
    const changes = new Map(names.map((name) => [name, bytes(name)]));
    await dead.storage.commit({ ...put("", background), changes });
    dead.kill();
    await store.files.makeFolder("77.baba");
    const hold = await holder.storage.hold();
    const a = await store.open("a");
    await hold.release();
    await expect(a.storage.commit(put("x"))).rejects.toMatchObject({
      ...code("BABA_SETTLE"),
      message: expect.stringContaining("77.baba"),
      cause: { ...code("BABA_NOT_A_RECORD"), record: "77.baba" },
    });
  });

  test("fails commit() with BABA_SETTLE, which says what to do, if it cannot begin a segment", async () => {
    await leftByDead();
    store.hook = ({ call, path }) =>
      call === "create" && path.includes("-segment-") ? { fail: "ENOSPC" } : undefined;
    const a = await store.open("a");
    await expect(a.storage.commit(put("x"))).rejects.toMatchObject({
      ...code("BABA_SETTLE"),
      message: expect.stringContaining("(ENOSPC): make room and try again. Nothing more"),
      cause: code("ENOSPC"),
    });
  });

  /** A storage that found the dead process's commit while `holder` had the lock, and so left it. */
  async function openedBeside(holder: Opened): Promise<Opened> {
    await leftByDead();
    const hold = await holder.storage.hold();
    const a = await store.open("a");
    await hold.release();
    return a;
  }

  for (const { step, expected } of [
    { step: "read", expected: "BABA_COMMIT_UNKNOWN" },
    { step: "link", expected: "BABA_LOCKED" },
  ])
    test(`makes commit() fail with ${expected} if its lock is forced before the ${step}: files are in nobody's way`, async () => {
      const holder = await store.open("holder");
      const a = await openedBeside(holder);
      store.once(
        ({ process, call, path, to = "" }) =>
          process === "a" && call === step && (path === LOCK_FILE || to.startsWith(JOURNAL_FOLDER)),
        async () => {
          await holder.storage.forceUnlock();
          await holder.storage.commit(put("holder's"));
        },
      );
      await expect(a.storage.commit(put("x"))).rejects.toMatchObject(code(expected));
      expect(await read(await store.open("b"))).toBe("holder's");
    });

  test("at open() places what close() of a living process could not", async () => {
    const a = await store.open("a");
    store.fail(({ call, to }) => call === "rename" && to === "r.baba");
    await a.storage.commit(put("left"));
    await a.storage.close();
    expect(a.reports.join()).toContain("left to the next open");
    const b = await store.open("b");
    expect(await store.isPlaced()).toBe(false);
    await expect(b.storage.commit(put("x", background))).rejects.toMatchObject(code("BABA_SETTLE"));
    await b.storage.close();
    store.hook = () => undefined;
    await store.open("c");
    expect(await store.isPlaced()).toBe(true);
    expect(await read(await store.open("d"))).toBe("left");
  });

  test("at open() places what close() could neither sync nor say, on a disk that became read-only", async () => {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    store.hook = ({ call }) =>
      ["sync", "create", "link", "remove"].includes(call) ? { fail: "EPERM" } : undefined;
    await a.storage.close();
    store.hook = () => undefined;
    // What the failed sync lost: the device was replugged, or its file system checked.
    await store.files.remove(["r.baba"]);
    const b = await store.open("b");
    expect([await read(b), await store.isPlaced()]).toEqual(["one", true]);
    expect(b.told).toEqual(["Recovered commits that were left unfinished: 1."]);
  });

  test("is reported once, with the number of commits, by the handle that has finished it", async () => {
    const holder = await store.open("holder");
    await leftByDead();
    const hold = await holder.storage.hold();
    const [a, b] = [await store.open("a"), await store.open("b")];
    await hold.release();
    const recovered = ({ told }: typeof a) => told.filter((message) => message.startsWith("Recovered"));
    expect([a, b].map(recovered)).toEqual([[], []]);
    await a.storage.commit(put("x"));
    await b.storage.commit(put("y"));
    for (const { storage } of [a, b]) await storage.close();
    const opened = await store.open("c");
    expect([a, b, opened].map(recovered)).toEqual([
      ["Recovered commits that were left unfinished: 1."],
      [],
      [],
    ]);
  });

  test("finds all records of a large commit or none, and removes temporary files", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${i}.baba`);
    const changes = new Map(names.map((name) => [name, bytes(name)]));
    const images: { readonly disk: SimulatedDisk; readonly acknowledged: boolean }[] = [];
    const a = await store.open("a");
    let [steps, acknowledged] = [0, false];
    store.hook = () => {
      if (steps++ % 29 === 0)
        for (const disk of crashStates(store.disk, { limit: 3, seed: steps }))
          images.push({ disk, acknowledged });
      return undefined;
    };
    await a.storage.commit(put("", { changes }));
    acknowledged = true;
    await a.storage.close();
    const found = new Set<number>();
    store.machine.powerCut();
    for (const image of images) {
      const later = new SimulatedStore();
      [later.disk, later.machine] = [image.disk, store.machine];
      const { storage } = await later.open("later");
      const count = (await storage.list(".")).length;
      expect(image.acknowledged ? [300] : [0, 300]).toContain(count);
      found.add(count);
      await storage.commit(put("later"));
      expect(await later.files.list(TEMPORARY_FOLDER)).toEqual([]);
    }
    expect(found).toEqual(new Set([0, 300]));
  });

  test("makes no folder for a delete of what was never there", async () => {
    const dead = await store.open("dead", { settles: false });
    await dead.storage.commit(put("", { ...background, changes: new Map([["no/such.baba", undefined]]) }));
    dead.kill();
    const a = await store.open("a");
    expect(a.reports).toEqual([]);
    expect(await store.isPlaced("no/such.baba")).toBe(false);
    expect(await store.files.list("no")).toBeUndefined();
  });

  test("leaves the work to a later commit() if a living process holds the lock, and read() needs none of it", async () => {
    const holder = await store.open("holder");
    await leftByDead();
    const hold = await holder.storage.hold();
    const a = await store.open("a");
    expect(a.reports).toEqual([]);
    expect(a.told).toEqual([
      "Commits that are not in place yet are read from the journal: another process has the write lock, and it or a later commit puts them there.",
    ]);
    expect(await read(a)).toBe("left");
    expect(await store.isPlaced()).toBe(false);
    await hold.release();
    await a.storage.commit(put("x", { changes: new Map([["other.baba", bytes("x")]]) }));
    expect(await store.isPlaced()).toBe(true);
  });

  test("leaves the work to another process if this one may only read the store", async () => {
    await leftByDead();
    const before = store.disk.operations.length;
    store.hook = ({ call }) =>
      ["create", "makeFolder", "link", "remove", "rename"].includes(call) ? { fail: "EACCES" } : undefined;
    const a = await store.open("a");
    expect(a.reports.join()).toContain("this process the right to do so");
    expect(await read(a)).toBe("left");
    await expect(a.storage.commit(put("mine"))).rejects.toMatchObject({
      code: "BABA_PERMISSION",
      record: STORE_FOLDER,
    });
    expect(store.disk.operations.length).toBe(before);
  });

  test("happens once when two processes call open() at the same time", async () => {
    await leftByDead();
    let b: Opened | undefined;
    store.once(
      (step) => step.process === "a" && step.call === "link" && step.to === LOCK_FILE,
      async () => {
        b = await store.open("b");
      },
    );
    const a = await store.open("a");
    expect([a.reports, b?.reports]).toEqual([[], []]);
    const segments = store.disk.operations.filter(
      (step) => step.call === "link" && step.to.startsWith(JOURNAL_FOLDER),
    );
    // The dead process's, what b rewrote of it, and b's checkpoint.
    expect(segments).toHaveLength(3);
    expect(await read(a)).toBe("left");
  });

  test("places again what a mark says is placed, as a power cut may have taken it", async () => {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    let states = 0;
    for (const image of crashStates(store.disk, { limit: 60, seed: 1 })) {
      store.disk = image;
      store.machine = new SimulatedMachine(2);
      const b = await store.open("b");
      expect(await read(b)).toBe("one");
      expect(await store.isPlaced()).toBe(true);
      expect(b.reports).toEqual([]);
      states += 1;
    }
    expect(states).toBeGreaterThan(10);
  });

  test("does not believe the marks of a writer that cannot be judged: the next commit() places all", async () => {
    const a = await store.open("a");
    await a.storage.commit(put("one"));
    const missing: boolean[] = [];
    for (const image of crashStates(store.disk, { limit: 60, seed: 1 })) {
      store.disk = image;
      store.machine = new (class extends SimulatedMachine {
        override lives(): undefined {}
      })(2);
      missing.push(!(await store.isPlaced()));
      const b = await store.open("b");
      expect(await read(b)).toBe("one");
      await b.storage.forceUnlock();
      await b.storage.commit(put("", { changes: new Map([["other.baba", bytes("two")]]) }));
      expect(await store.isPlaced()).toBe(true);
      expect(await read(b)).toBe("one");
    }
    expect(missing).toContain(true);
  });

  test("removes the temporary files of dead processes", async () => {
    const [dead, living] = [await store.open("dead"), await store.open("living", { settles: false })];
    await living.storage.commit(put("one", background));
    let stuck = false;
    store.hook = (step) => {
      if (!is(step, "dead", "rename", TEMPORARY_FOLDER)) return undefined;
      stuck = true;
      return { end: "process" };
    };
    void dead.storage.commit(put("two"));
    await expect.poll(() => stuck).toBe(true);
    const files = store.files;
    expect(await files.list(TEMPORARY_FOLDER)).toHaveLength(1);
    store.hook = () => undefined;
    await living.storage.commit(put("three"));
    await (await living.storage.hold()).release();
    const c = await store.open("c");
    expect(await read(c)).toBe("three");
    await c.storage.commit(put("four"));
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
  });
});
