import { beforeEach, describe, expect, test } from "vitest";
import { webCompression } from "../crypto/compression.ts";
import { Vault } from "../crypto/vault.ts";
import { LockedError } from "../errors.ts";
import { protectionOf } from "../testing/commit-protocol/protection.ts";
import {
  SimulatedDisk,
  SimulatedMachine,
  type Step,
  type StepHook,
  simulatedFileSystem,
  simulatedRuntime,
} from "../testing/simulation/index.ts";
import { FileStorage } from "./file-storage.ts";
import {
  BREAKS_FOLDER,
  JOURNAL_FOLDER,
  LOCK_FILE,
  OWNERS_FOLDER,
  STORE_FILE,
  STORE_FOLDER,
  TEMPORARY_FOLDER,
} from "./layout.ts";
import type { Transaction } from "./storage.ts";

let disk: SimulatedDisk;
let machine: SimulatedMachine;
/** Lets a test intervene between two steps. */
let hook: StepHook;
let reports: string[];
/** The requested length of each sleep. */
let sleeps: number[];
/** What a sleep does: by default it just ends. */
let sleep: () => Promise<void>;
/** The time on every storage's clock. */
let time: number;

beforeEach(() => {
  disk = new SimulatedDisk();
  machine = new SimulatedMachine();
  hook = () => undefined;
  reports = [];
  sleeps = [];
  sleep = async () => {};
  time = 0;
});

function storageOf(): FileStorage {
  const files = simulatedFileSystem(disk, { process: machine.start("p"), hook: (step) => hook(step) });
  const runtime = {
    ...simulatedRuntime(files),
    elapsed: () => time,
    sleep: (milliseconds: number) => {
      sleeps.push(milliseconds);
      return sleep();
    },
  };
  return new FileStorage(files, runtime, { report: (message) => reports.push(message) });
}

async function opened(): Promise<FileStorage> {
  const storage = storageOf();
  await storage.open();
  return storage;
}

const never = (): Promise<void> => new Promise(() => {});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (changes: Record<string, string | undefined>, more: Partial<Transaction> = {}): Transaction => ({
  changes: new Map(
    Object.entries(changes).map(([name, text]) => [name, text === undefined ? text : bytes(text)]),
  ),
  basis: undefined,
  durability: "full",
  settle: "commit",
  ...more,
});
const background = { settle: "background" } as const;
const code = (expected: string) => ({ code: expected });

test("FileStorage.open() does not list the records, however many there are", async () => {
  await (await opened()).commit(put({ "1.baba": "a" }));
  const listed: string[] = [];
  hook = ({ call, path }) => {
    if (call === "list" || call === "names") listed.push(path);
    return undefined;
  };
  const storage = await opened();
  expect(listed).not.toContain(".");
  expect(await storage.count(".")).toBe(1);
  expect(listed).toContain(".");
});

describe("FileStorage.names() and renew()", () => {
  test("names() gives the records of every folder, those among them that are not in their places", async () => {
    const storage = await opened();
    await storage.commit(put({ "2.baba": "a", "a/1.baba": "b", "a/b/c/3.baba": "c" }));
    sleep = never;
    await storage.commit(put({ "1.baba": "d", "a/1.baba": undefined }, background));
    const folders: string[][] = [];
    for await (const names of storage.names()) folders.push(names);
    expect(folders).toEqual([["1.baba", "2.baba"], [], [], ["a/b/c/3.baba"]]);
  });

  test("renew() leaves a journal of one segment without a commit, and everything in its place", async () => {
    const storage = await opened();
    sleep = never;
    await storage.commit(put({ "1.baba": "a" }, background));
    const hold = await storage.hold();
    await storage.renew();
    await storage.renew();
    await hold.release();
    const files = simulatedFileSystem(disk);
    expect(await files.list(JOURNAL_FOLDER)).toHaveLength(1);
    expect(await files.kinds(["1.baba"])).toEqual(["file"]);
    expect(await storage.head()).toBe(1);
  });

  test("renew() throws a typed error if it fails", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "a" }));
    const hold = await storage.hold();
    hook = ({ call }) => (call === "create" ? { fail: "EIO" } : undefined);
    await expect(storage.renew()).rejects.toMatchObject(code("BABA_IO"));
    hook = () => undefined;
    await hold.release();
  });
});

describe("FileStorage.open()", () => {
  test("refuses a store of a newer format, or a damaged one, and touches nothing", async () => {
    await simulatedFileSystem(disk).makeFolder(STORE_FOLDER);
    for (const [text, said] of [
      ['{"format":2}', "newer version"],
      ["{", "damaged"],
    ] as const) {
      await simulatedFileSystem(disk).create([{ path: STORE_FILE, bytes: bytes(text) }]);
      const before = disk.operations.length;
      await expect(storageOf().open()).rejects.toMatchObject(code("BABA_FORMAT"));
      await expect(storageOf().open()).rejects.toThrow(said);
      expect(disk.operations.length).toBe(before);
      await simulatedFileSystem(disk).remove([STORE_FILE]);
    }
  });

  test("says in its own words what keeps the journal from being read, and no other call goes before it", async () => {
    hook = ({ path }) => (path === JOURNAL_FOLDER ? { fail: "EACCES" } : undefined);
    const storage = storageOf();
    await expect(storage.head()).rejects.toMatchObject(code("BABA_CLOSED"));
    await storage.close();
    await expect(storageOf().open()).rejects.toMatchObject({ code: "BABA_PERMISSION", record: STORE_FOLDER });
  });

  test("leaves nothing for close() to do or report if it failed, and the next open() does it", async () => {
    sleep = never;
    await (await opened()).commit(put({ "1.baba": "one" }, background));
    machine.powerCut();
    const storage = storageOf();
    hook = ({ path }) => (path === JOURNAL_FOLDER ? { fail: "EACCES" } : undefined);
    await expect(storage.open()).rejects.toMatchObject(code("BABA_PERMISSION"));
    const before = disk.operations.length;
    await storage.close();
    expect(reports).toEqual([]);
    expect(disk.operations.length).toBe(before);
    hook = () => undefined;
    await (await opened()).close();
    expect(await simulatedFileSystem(disk).kinds(["1.baba"])).toEqual(["file"]);
  });
});

test("FileStorage.open() during another one opens once", async () => {
  const storage = storageOf();
  let [identities, second] = [0, Promise.resolve()];
  hook = ({ call }) => {
    if (call === "processIdentity") identities++;
    if (call === "list" && identities === 1) second = storage.open();
    return undefined;
  };
  await storage.open();
  await second;
  expect(identities).toBe(1);
});

test("FileStorage.open() reports no recovery as a failure if there is nobody else to tell of it", async () => {
  sleep = never;
  await (await opened()).commit(put({ "1.baba": "one" }, background));
  machine.powerCut();
  await opened();
  expect(await simulatedFileSystem(disk).kinds(["1.baba"])).toEqual(["file"]);
  expect(reports).toEqual([]);
});

describe("FileStorage.read(), exist(), list() and count()", () => {
  test("overlay what waits to be put in place on what the files say", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one", "2.baba": "two", "sub/9.baba": "nine" }));
    sleep = never;
    await storage.commit(put({ "2.baba": undefined, "3.baba": "three", "sub/8.baba": "eight" }, background));
    expect(await storage.list(".")).toEqual(["1.baba", "3.baba"]);
    expect(await storage.list("sub")).toEqual(["sub/8.baba", "sub/9.baba"]);
    expect(await Promise.all([storage.count("."), storage.count("sub"), storage.count("none")])).toEqual([
      2, 2, 0,
    ]);
    expect(await storage.exist(["1.baba", "2.baba", "3.baba"])).toEqual([true, false, true]);
    expect(await storage.read(["3.baba", "1.baba", "2.baba", "sub/9.baba"])).toEqual([
      bytes("three"),
      bytes("one"),
      undefined,
      bytes("nine"),
    ]);
    expect(await storage.read(["2.baba", "3.baba"])).toEqual([undefined, bytes("three")]);
    expect(await storage.read(["1.baba"])).toEqual([bytes("one")]);
  });

  test("head() says in the store's words what keeps the journal from being read", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    await (await storage.hold()).release();
    hook = ({ call }) => (call === "kinds" ? { fail: "EACCES" } : undefined);
    await expect(storage.head()).rejects.toMatchObject(code("BABA_PERMISSION"));
  });
});

describe("FileStorage.commit()", () => {
  test("judges a commit of nothing, without the lock, and says what keeps it from being judged", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    await (await storage.hold()).release();
    hook = ({ call }) => (call === "link" || call === "kinds" ? { fail: "EIO" } : undefined);
    await storage.commit(put({}));
    const basis = { head: 1, records: new Set(["1.baba"]), folders: new Set<string>() };
    await expect(storage.commit(put({}, { basis }))).rejects.toMatchObject(code("BABA_IO"));
    hook = () => undefined;
    await storage.commit(put({}, { basis }));
  });

  test("refuses one of a batch whose place cannot be looked at, in its own words, and makes the others", async () => {
    const storage = await opened();
    hook = ({ call, path }) => (call === "kinds" && path === "1.baba" ? { fail: "EACCES" } : undefined);
    const [one, two] = await Promise.allSettled([
      storage.commit(put({ "1.baba": "one" })),
      storage.commit(put({ "2.baba": "two" })),
    ]);
    expect(one).toMatchObject({
      status: "rejected",
      reason: { code: "BABA_PERMISSION", record: "1.baba", name: "BabaError" },
    });
    expect(two.status).toBe("fulfilled");
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("syncs nothing under relaxed durability, unless its files are to be in place", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    sleep = never;
    const syncs = () => disk.operations.filter(({ call }) => call === "sync").length;
    const before = syncs();
    await storage.commit(put({ "1.baba": "two" }, { durability: "relaxed", ...background }));
    expect(syncs()).toBe(before);
    await storage.commit(put({ "1.baba": "three" }, { durability: "relaxed" }));
    expect(syncs()).toBe(before + 1);
  });

  test("rejects all that wait if the lock cannot be taken", async () => {
    const storage = await opened();
    hook = ({ call }) => (call === "link" ? { fail: "EPERM" } : undefined);
    const outcomes = await Promise.allSettled([
      storage.commit(put({ "1.baba": "one" })),
      storage.commit(put({ "2.baba": "two" })),
    ]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: code("BABA_PERMISSION") });
  });

  test("stands and reports it if the lock cannot be given back, and the next one goes on", async () => {
    const storage = await opened();
    hook = ({ call, path }) => (call === "remove" && path === LOCK_FILE ? { fail: "EBUSY" } : undefined);
    await storage.commit(put({ "1.baba": "one" }));
    await expect.poll(() => reports.join()).toContain("cannot release the write lock (EBUSY)");
    hook = () => undefined;
    await storage.commit(put({ "2.baba": "two" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  test("leaves nobody with a kept lock if it cannot look who has it after a pause", async () => {
    const [storage, other] = [await opened(), await opened()];
    let wake = () => {};
    sleep = () =>
      new Promise((resolve) => {
        wake = resolve;
      });
    for (const name of ["1.baba", "2.baba"]) await storage.commit(put({ [name]: "one" }));
    await expect.poll(() => sleeps).toEqual([2]);
    time += 1000;
    hook = ({ call, path }) => (call === "read" && path === LOCK_FILE ? { fail: "EMFILE" } : undefined);
    await expect(storage.commit(put({ "3.baba": "one" }))).rejects.toMatchObject(code("BABA_IO"));
    hook = () => undefined;
    sleep = async () => {};
    wake();
    const isLocked = async () => (await simulatedFileSystem(disk).kinds([LOCK_FILE]))[0] === "file";
    await expect.poll(isLocked).toBe(false);
    await other.commit(put({ "3.baba": "other" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("succeeds although others left folders among its files, and reports it if tidying fails", async () => {
    for (const folder of [OWNERS_FOLDER, BREAKS_FOLDER, TEMPORARY_FOLDER])
      await simulatedFileSystem(disk).makeFolder(`${folder}/@eaDir`);
    await (await opened()).commit(put({ "1.baba": "one" }));
    expect(reports).toEqual([]);
    hook = ({ call, path }) => (call === "list" && path === TEMPORARY_FOLDER ? { fail: "EIO" } : undefined);
    const storage = await opened();
    for (const name of ["2.baba", "3.baba"]) await storage.commit(put({ [name]: "one" }));
    expect(reports).toEqual([
      expect.stringContaining("cannot clean up after processes that have ended (EIO)"),
    ]);
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("and hold() throw BABA_CLOSED before open()", async () => {
    await expect(storageOf().commit(put({ "1.baba": "one" }))).rejects.toMatchObject(code("BABA_CLOSED"));
    await expect(storageOf().hold()).rejects.toMatchObject(code("BABA_CLOSED"));
  });

  test("puts files in place after a pause in the background, and at once if much waits", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }, background));
    await storage.close();
    expect(sleeps[0]).toBe(10);
    sleeps = [];
    const again = await opened();
    await again.commit({
      ...put({}, background),
      changes: new Map([["2.baba", new Uint8Array(9 << 20)]]),
    });
    await again.close();
    expect(sleeps).not.toContain(10);
    expect(reports).toEqual([]);
  });

  test("reports it if files cannot be put in place in the background", async () => {
    const storage = await opened();
    hook = ({ call }) => (call === "rename" ? { fail: "EACCES" } : undefined);
    await storage.commit(put({ "1.baba": "one" }, background));
    await expect.poll(() => reports.join()).toContain("cannot put in place (EACCES)");
    expect(await storage.read(["1.baba"])).toEqual([bytes("one")]);
    hook = () => undefined;
    await storage.close();
    expect((await simulatedFileSystem(disk).kinds(["1.baba"]))[0]).toBe("file");
  });
});

test("FileStorage.stamp() is undefined for a folder that is not there", async () => {
  const storage = await opened();
  expect(await storage.stamp("nowhere")).toBeUndefined();
  await storage.close();
});

test("FileStorage.forceUnlock() says in its own words what keeps the lock from being removed", async () => {
  const storage = await opened();
  await simulatedFileSystem(disk).makeFolder(LOCK_FILE);
  const failure = { name: "BabaError", code: "BABA_NOT_A_RECORD", record: LOCK_FILE };
  await expect(storage.forceUnlock()).rejects.toMatchObject(failure);
});

describe("FileStorage.hasStopped()", () => {
  test("is false before it is open and while it can be used", async () => {
    const storage = storageOf();
    expect(await storage.hasStopped()).toBe(false);
    await storage.open();
    await storage.commit(put({ "1.baba": "one" }));
    expect(await storage.hasStopped()).toBe(false);
    await storage.close();
  });

  test("is true once the outcome of a commit is unknown", async () => {
    const storage = await opened();
    hook = ({ call, path }) =>
      call === "syncFolder" && path === JOURNAL_FOLDER ? { fail: "EIO" } : undefined;
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toMatchObject({
      code: "BABA_COMMIT_UNKNOWN",
    });
    hook = () => undefined;
    expect(await storage.hasStopped()).toBe(true);
  });

  test("is true while the journal cannot be followed", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    await storage.commit(put({ "2.baba": "two" }));
    await (await storage.hold()).release();
    hook = ({ call }) => (call === "kinds" ? { fail: "EIO" } : undefined);
    expect(await storage.hasStopped()).toBe(true);
    hook = () => undefined;
    expect(await storage.hasStopped()).toBe(false);
  });
});

describe("FileStorage.hold()", () => {
  test("makes commit() wait, which throws LockedError after ten seconds", async () => {
    const storage = await opened();
    const hold = await storage.hold();
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toThrow(LockedError);
    expect(sleeps.reduce((sum, time) => sum + time, 0)).toBe(10_000);
    await storage.commit(put({ "2.baba": "two" }, { hold }));
    await hold.release();
    await hold.release();
    await storage.commit(put({ "3.baba": "three" }));
    expect(await storage.list(".")).toEqual(["2.baba", "3.baba"]);
  });

  test("makes another hold(), and a commit() that waits since before the lock was taken, wait as long", async () => {
    const storage = await opened();
    const waiting: Promise<unknown>[] = [];
    hook = ({ call, to }) => {
      if (call === "link" && to === LOCK_FILE && waiting.length === 0)
        waiting.push(storage.commit(put({ "1.baba": "one" })), storage.hold());
      return undefined;
    };
    const hold = await storage.hold();
    const outcomes = await Promise.allSettled(waiting);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: code("BABA_LOCKED") });
    await hold.release();
    await (await storage.hold()).release();
    await storage.commit(put({ "2.baba": "two" }));
    expect([outcomes.length, await storage.list(".")]).toEqual([2, ["2.baba"]]);
  });

  test("makes each commit() wait for ten seconds, whenever it began to wait", async () => {
    const storage = await opened();
    const hold = await storage.hold();
    const second: Promise<void>[] = [];
    sleep = async () => {
      const waited = sleeps.reduce((sum, time) => sum + time, 0);
      if (waited >= 9_900 && second.length === 0) second.push(storage.commit(put({ "2.baba": "two" })));
    };
    await expect(storage.commit(put({ "1.baba": "one" }))).rejects.toThrow(LockedError);
    expect(second).toHaveLength(1);
    await hold.release();
    await second[0];
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("ends at release() once the commits under it have ended, which are made one after another", async () => {
    const storage = await opened();
    const hold = await storage.hold();
    const held = ["1.baba", "2.baba"].map((name) => storage.commit(put({ [name]: "held" }, { hold })));
    await hold.release();
    await storage.commit(put({ "3.baba": "other" }));
    await Promise.all(held);
    await storage.close();
    expect(await (await opened()).list(".")).toEqual(["1.baba", "2.baba", "3.baba"]);
  });

  test("is of no use after its release(): commit() throws BABA_SESSION_CLOSED and writes nothing", async () => {
    const storage = await opened();
    const first = await storage.hold();
    await first.release();
    const refused = expect.objectContaining(code("BABA_SESSION_CLOSED"));
    await expect(storage.commit(put({ "1.baba": "late" }, { hold: first }))).rejects.toEqual(refused);
    const second = await storage.hold();
    await first.release();
    await expect(storage.commit(put({ "1.baba": "late" }, { hold: first }))).rejects.toEqual(refused);
    await storage.commit(put({ "2.baba": "held" }, { hold: second }));
    await second.release();
    expect(await storage.list(".")).toEqual(["2.baba"]);
  });

  test("ends and reports it if the lock cannot be given back", async () => {
    const storage = await opened();
    const hold = await storage.hold();
    await storage.commit(put({ "1.baba": "one" }, { hold }));
    hook = ({ call, path }) => (call === "remove" && path === LOCK_FILE ? { fail: "EIO" } : undefined);
    await hold.release();
    expect(reports.join()).toContain("cannot release the write lock (EIO)");
    hook = () => undefined;
    await storage.commit(put({ "2.baba": "two" }));
    expect(await storage.list(".")).toEqual(["1.baba", "2.baba"]);
  });

  for (const [call, place] of [
    ["sync", OWNERS_FOLDER],
    ["sync", TEMPORARY_FOLDER],
    ["link", TEMPORARY_FOLDER],
  ] as const) {
    test(`lets the next one go on if the lock cannot be taken: ${call} in ${place}`, async () => {
      const storage = await opened();
      const fails = (step: Step): boolean => step.call === call && step.path.startsWith(place);
      hook = (step) => (fails(step) ? { fail: "EPERM" } : undefined);
      await expect(storage.hold()).rejects.toMatchObject(code("BABA_PERMISSION"));
      // What it made is in nobody's way, even if it could not be removed at first.
      hook = (step) => (fails(step) || step.call === "remove" ? { fail: "EPERM" } : undefined);
      await expect(storage.hold()).rejects.toMatchObject(code("BABA_PERMISSION"));
      hook = () => undefined;
      await storage.hold().catch(() => undefined);
      await (await storage.hold()).release();
    });
  }
});

describe("FileStorage.close()", () => {
  test("puts in place what waits, ends the owner's file, and refuses later writes", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }, background));
    await storage.close();
    await storage.close();
    const files = simulatedFileSystem(disk);
    expect((await files.kinds(["1.baba"]))[0]).toBe("file");
    expect(await files.list(OWNERS_FOLDER)).toEqual([]);
    await expect(storage.commit(put({ "2.baba": "two" }))).rejects.toMatchObject(code("BABA_CLOSED"));
    await expect(storage.hold()).rejects.toMatchObject(code("BABA_CLOSED"));
  });

  test("writes nothing after reads only, and only places files beside a living writer", async () => {
    const [writer, reader] = [await opened(), await opened()];
    sleep = never;
    void writer.commit(put({ "1.baba": "one" }, background));
    await expect.poll(() => reader.head()).toBe(1);
    await reader.close();
    const files = simulatedFileSystem(disk);
    expect((await files.kinds(["1.baba"]))[0]).toBe("file");
    // The checkpoint is left to the writer, or to those after it.
    const isSynced = () => disk.operations.some(({ call, path }) => call === "sync" && path === "1.baba");
    expect(isSynced()).toBe(false);
    // What a closed storage wrote last is made durable by the next one, which else has only read.
    const another = await opened();
    expect(isSynced()).toBe(true);
    const before = disk.operations.length;
    await another.close();
    expect(disk.operations.slice(before).map(({ call }) => call)).toEqual(["remove"]);
  });

  test("waits for an open() that is under way, whose keys are of no use afterwards", async () => {
    const files = simulatedFileSystem(disk);
    const { crypto } = simulatedRuntime(files);
    const context = { crypto, compression: webCompression, now: () => 0, breathe: () => undefined };
    const vault = new Vault(files, { kind: "key", key: new Uint8Array(32).fill(1) }, context);
    const storage = new FileStorage(files, simulatedRuntime(files), { report: () => {}, protection: vault });
    const opening = storage.open();
    await storage.close();
    await opening;
    const sealing = async () => vault.seal(new Map([["1.baba", new Uint8Array([1])]]));
    await expect(sealing()).rejects.toMatchObject(code("BABA_CLOSED"));
  });

  test("resolves although an open() that is under way fails", async () => {
    const storage = storageOf();
    hook = ({ call }) => (call === "close" ? undefined : { fail: "EIO" });
    const refused = expect(storage.open()).rejects.toMatchObject(code("BABA_IO"));
    await storage.close();
    await refused;
  });

  test("ends no earlier than another close() that is under way", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    const ended: string[] = [];
    let second: Promise<unknown> | undefined;
    hook = ({ call, path }) => {
      if (call === "remove" && path.startsWith(OWNERS_FOLDER))
        second ??= storage.close().then(() => ended.push("second"));
      return undefined;
    };
    await storage.close().then(() => ended.push("first"));
    await second;
    expect(ended).toEqual(["first", "second"]);
  });

  test("succeeds although its owner's file cannot be removed", async () => {
    const storage = await opened();
    await storage.commit(put({ "1.baba": "one" }));
    hook = ({ call, path }) =>
      call === "remove" && path.startsWith(OWNERS_FOLDER) ? { fail: "EPERM" } : undefined;
    await storage.close();
    expect(reports).toEqual([]);
  });
});

test("FileStorage.read() opens what is sealed, and passes on what is not", async () => {
  for (const kind of ["key", "none"] as const) {
    disk = new SimulatedDisk();
    const files = simulatedFileSystem(disk, { process: machine.start(kind) });
    const runtime = simulatedRuntime(files);
    const storage = new FileStorage(files, runtime, {
      report: () => {},
      protection: protectionOf(kind, files, runtime),
    });
    await storage.open();
    await storage.commit(put({ "1.baba": "one" }));
    const [kept] = await storage.readKept(["1.baba"]);
    expect(kept instanceof Uint8Array && kept.length > 3).toBe(kind === "key");
    expect(await storage.read(["1.baba"])).toEqual([bytes("one")]);
    await storage.close();
  }
});
