import { beforeEach, describe, expect, test } from "vitest";
import { type BabaError, CommitUnknownError } from "../errors.ts";
import {
  crashStates,
  SimulatedDisk,
  SimulatedMachine,
  type Step,
  type StepHook,
  simulatedFileSystem,
  simulatedRuntime,
} from "../testing/simulation/index.ts";
import { FileStorage } from "./file-storage.ts";
import {
  JOURNAL_FOLDER,
  LOCK_FILE,
  STORE_FOLDER,
  segmentPath,
  TEMPORARY_FOLDER,
  WANTED_FILE,
} from "./layout.ts";
import type { Transaction } from "./storage.ts";

let disk: SimulatedDisk;
let machine: SimulatedMachine;
/** Where a test comes between two steps of a process. */
let hook: StepHook;

beforeEach(() => {
  disk = new SimulatedDisk();
  machine = new SimulatedMachine();
  hook = () => undefined;
});

type Opened = { readonly storage: FileStorage; readonly reports: string[]; readonly kill: () => void };

/**
 * A storage of a process of its own; `settles` is whether it ever comes to settle in the background and to give a
 * kept lock back. Waits for a lock, which are of odd lengths, end in any case.
 */
async function open(name: string, settles: boolean = true, elapsed?: () => number): Promise<Opened> {
  const process = machine.start(name);
  const files = simulatedFileSystem(disk, { process, hook: (step) => hook(step) });
  const runtime = simulatedRuntime(files);
  const sleep = (time: number): Promise<void> =>
    settles || !Number.isInteger(time) ? runtime.sleep(time) : new Promise(() => {});
  const reports: string[] = [];
  const storage = new FileStorage(
    files,
    { ...runtime, sleep, elapsed: elapsed ?? runtime.elapsed },
    (message) => reports.push(message),
  );
  await storage.open();
  return { storage, reports, kill: () => process.kill() };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function put(text: string, more: Partial<Transaction> = {}): Transaction {
  const changes = new Map([["r.baba", bytes(text)]]);
  return { changes, basis: undefined, durability: "full", settle: "commit", ...more };
}

const background = { settle: "background" } as const;
const is = (step: Step, process: string, call: string, path: string): boolean =>
  step.process === process && step.call === call && step.path.startsWith(path);

/** Does something once, before the first step that fits; what it does is not looked at. */
function once(fits: (step: Step) => boolean, work: () => Promise<unknown>): void {
  hook = async (step) => {
    if (!fits(step)) return undefined;
    hook = () => undefined;
    await work();
    return undefined;
  };
}

/** Fails every step that fits. */
function fail(fits: (step: Step) => boolean): void {
  hook = (step) => (fits(step) ? { fail: "EIO" } : undefined);
}

async function read({ storage }: Opened): Promise<string | BabaError | undefined> {
  await storage.head();
  const [payload] = await storage.read(["r.baba"]);
  return payload instanceof Uint8Array ? new TextDecoder().decode(payload) : payload;
}

/** The file itself, behind every storage's back. */
const isPlaced = async (name: string = "r.baba"): Promise<boolean> =>
  (await simulatedFileSystem(disk).kinds([name]))[0] === "file";
/** Waits until there is no such file. */
const given = (path: string): Promise<void> => expect.poll(() => isPlaced(path)).toBe(false);
const code = (expected: string) => ({ code: expected });

describe("a lock that is taken away by force", () => {
  test("while a commit is synced makes its outcome unknown, and the handle writes no more", async () => {
    const [a, b] = [await open("a"), await open("b")];
    await a.storage.commit(put("one"));
    once(
      (step) => is(step, "a", "sync", JOURNAL_FOLDER),
      () => b.storage.forceUnlock(),
    );
    await expect(a.storage.commit(put("two"))).rejects.toThrow(CommitUnknownError);
    await expect(a.storage.commit(put("three"))).rejects.toThrow("this handle writes no more");
    await a.storage.close();
    expect(await read(await open("c"))).toBe("two");
  });

  test("lets another go on from before the commit, which then never counts", async () => {
    const [a, b] = [await open("a"), await open("b")];
    await a.storage.commit(put("one"));
    await given(LOCK_FILE);
    once(
      (step) => is(step, "a", "write", JOURNAL_FOLDER),
      async () => {
        await b.storage.forceUnlock();
        await b.storage.commit(put("zwei"));
      },
    );
    await expect(a.storage.commit(put("two"))).rejects.toThrow(CommitUnknownError);
    await a.storage.close();
    expect(await read(await open("c"))).toBe("zwei");
  });

  test("and used to link a segment refuses the paused one's: BABA_LOCKED, and nothing of it stays", async () => {
    const [a, b] = [await open("a"), await open("b")];
    once(
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

  test("or that cannot be read after the sync makes the outcome unknown, and no file is touched", async () => {
    const a = await open("a");
    fail((step) => is(step, "a", "read", LOCK_FILE));
    const outcome = a.storage.commit(put("one"));
    await expect(outcome).rejects.toMatchObject({ code: "BABA_COMMIT_UNKNOWN", cause: code("EIO") });
    expect(await isPlaced()).toBe(false);
  });

  test("before commits are put in place leaves them to whoever holds it then", async () => {
    const [a, b] = [await open("a"), await open("b")];
    let reads = 0;
    // After the sync, at the release, and then when the background has the lock.
    once(
      (step) => is(step, "a", "read", LOCK_FILE) && ++reads === 3,
      () => b.storage.forceUnlock(),
    );
    await a.storage.commit(put("one", background));
    await expect.poll(() => a.reports.join()).toContain("The write lock was taken away by force");
    expect(await isPlaced()).toBe(false);
    expect(await read(b)).toBe("one");
  });
});

describe("a commit that cannot be put in place", () => {
  test("stands, is reported, stops what follows with BABA_SETTLE, and is mended when the obstacle is gone", async () => {
    const a = await open("a");
    fail(({ call }) => call === "rename");
    await a.storage.commit(put("one"));
    expect(a.reports.join()).toContain("A commit stands, but its files cannot be put in place yet");
    expect(await read(a)).toBe("one");
    await expect(a.storage.commit(put("two"))).rejects.toMatchObject(code("BABA_SETTLE"));
    expect(await read(a)).toBe("one");
    hook = () => undefined;
    await a.storage.commit(put("three"));
    expect(await isPlaced()).toBe(true);
    expect(await read(await open("b"))).toBe("three");
  });

  test("does not stop what its own batch commits besides, nor asks for a checkpoint", async () => {
    const a = await open("a");
    fail(({ call }) => call === "rename");
    const large = new Map([["large.baba", new Uint8Array(17 << 20)]]);
    await Promise.all([a.storage.commit(put("one", { changes: large })), a.storage.commit(put("two"))]);
    expect(a.reports).toHaveLength(1);
    expect(await read(a)).toBe("two");
  });
});

describe("the text of few records", () => {
  test("is written before the journal's sync ends, and put in place after it", async () => {
    const a = await open("a");
    await a.storage.commit(put("one"));
    await given(LOCK_FILE);
    const calls: string[] = [];
    hook = (step) => {
      if (step.path !== WANTED_FILE) calls.push(`${step.call} ${step.path.split("/").slice(0, 2).join("/")}`);
      return undefined;
    };
    await a.storage.commit(put("two"));
    const sync = calls.indexOf(`sync ${JOURNAL_FOLDER}`);
    const create = calls.indexOf(`create ${TEMPORARY_FOLDER}`);
    const look = calls.indexOf(`read ${LOCK_FILE}`);
    const rename = calls.indexOf(`rename ${TEMPORARY_FOLDER}`);
    expect([sync, create, look, rename]).not.toContain(-1);
    expect([sync, create, look, rename].toSorted((x, y) => x - y)).toEqual([sync, create, look, rename]);
    expect(await isPlaced()).toBe(true);
  });

  for (const [what, call] of [
    ["the sync", "sync"],
    ["a look at the lock", "read"],
  ] as const) {
    test(`is removed again where ${what} fails`, async () => {
      const a = await open("a");
      await a.storage.commit(put("one"));
      const where = call === "sync" ? JOURNAL_FOLDER : LOCK_FILE;
      await given(LOCK_FILE);
      fail((step) => is(step, "a", call, where));
      await expect(a.storage.commit(put("two"))).rejects.toThrow(CommitUnknownError);
      expect(await simulatedFileSystem(disk).list(TEMPORARY_FOLDER)).toEqual([]);
    });
  }
});

describe("recovery", () => {
  /** A store with a commit of a process that died before it put the file in place. */
  async function leftByDead(): Promise<void> {
    const dead = await open("dead", false);
    await dead.storage.commit(put("left", background));
    dead.kill();
  }

  test("at open puts what a dead process committed in its place, durably, and forgets the journal", async () => {
    await leftByDead();
    expect(await isPlaced()).toBe(false);
    await open("a");
    expect(await isPlaced()).toBe(true);
    expect((await simulatedFileSystem(disk).list(JOURNAL_FOLDER))?.length).toBe(1);
    for (const image of crashStates(disk, { limit: 50, seed: 1 })) {
      const names = (await simulatedFileSystem(image).list("."))?.map(({ name }) => name);
      expect(names).toContain("r.baba");
    }
  });

  test("needs no folder where a dead process deleted what was never there", async () => {
    const dead = await open("dead", false);
    await dead.storage.commit(put("", { ...background, changes: new Map([["no/such.baba", undefined]]) }));
    dead.kill();
    const a = await open("a");
    expect(a.reports).toEqual([]);
    expect(await isPlaced("no/such.baba")).toBe(false);
    expect(await simulatedFileSystem(disk).list("no")).toBeUndefined();
  });

  test("is left to a later commit where a living process holds the lock, and reads do without", async () => {
    const holder = await open("holder");
    await leftByDead();
    const hold = await holder.storage.hold();
    const a = await open("a");
    expect(a.reports.join()).toContain("Recovery is left to a later commit");
    expect(await read(a)).toBe("left");
    expect(await isPlaced()).toBe(false);
    await hold.release();
    await a.storage.commit(put("x", { changes: new Map([["other.baba", bytes("x")]]) }));
    expect(await isPlaced()).toBe(true);
  });

  test("is left to another where the store may only be read", async () => {
    await leftByDead();
    const before = disk.operations.length;
    hook = ({ call }) =>
      ["create", "makeFolder", "link", "remove", "rename"].includes(call) ? { fail: "EACCES" } : undefined;
    const a = await open("a");
    expect(a.reports.join()).toContain("this process the right to do so");
    expect(await read(a)).toBe("left");
    await expect(a.storage.commit(put("mine"))).rejects.toMatchObject({
      code: "BABA_PERMISSION",
      record: STORE_FOLDER,
    });
    expect(disk.operations.length).toBe(before);
  });

  test("is done once where two open at the same time", async () => {
    await leftByDead();
    let b: Opened | undefined;
    once(
      (step) => step.process === "a" && step.call === "link" && step.to === LOCK_FILE,
      async () => {
        b = await open("b");
      },
    );
    const a = await open("a");
    expect([a.reports, b?.reports]).toEqual([[], []]);
    const segments = disk.operations.filter(
      (step) => step.call === "link" && step.to.startsWith(JOURNAL_FOLDER),
    );
    // The dead one's, what b wrote anew of it, and b's checkpoint.
    expect(segments).toHaveLength(3);
    expect(await read(a)).toBe("left");
  });

  test("puts in place again what a mark said to be there: a power cut may have taken it", async () => {
    const a = await open("a");
    await a.storage.commit(put("one"));
    let states = 0;
    for (const image of crashStates(disk, { limit: 60, seed: 1 })) {
      disk = image;
      machine = new SimulatedMachine(2);
      const b = await open("b");
      expect(await read(b)).toBe("one");
      expect(await isPlaced()).toBe(true);
      expect(b.reports).toEqual([]);
      states += 1;
    }
    expect(states).toBeGreaterThan(10);
  });

  test("removes what dead processes left on its way", async () => {
    const [dead, living] = [await open("dead"), await open("living", false)];
    await living.storage.commit(put("one", background));
    let stuck = false;
    hook = (step) => {
      if (!is(step, "dead", "rename", TEMPORARY_FOLDER)) return undefined;
      stuck = true;
      return { end: "process" };
    };
    void dead.storage.commit(put("two"));
    await expect.poll(() => stuck).toBe(true);
    const files = simulatedFileSystem(disk);
    expect(await files.list(TEMPORARY_FOLDER)).toHaveLength(1);
    hook = () => undefined;
    await living.storage.commit(put("three"));
    expect(await files.list(TEMPORARY_FOLDER)).toEqual([]);
    expect(await read(await open("c"))).toBe("three");
  });
});

describe("a checkpoint", () => {
  const large = (): Transaction => put("", { changes: new Map([["r.baba", new Uint8Array(17 << 20)]]) });

  test("ends a commit that makes the journal long", async () => {
    const a = await open("a");
    await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
    await (await a.storage.hold()).release();
    const names = (await simulatedFileSystem(disk).list(JOURNAL_FOLDER))?.map(({ name }) => name);
    expect([names, a.reports]).toEqual([[segmentPath(2).slice(-16)], []]);
  });

  test("that fails after a commit is reported, and the commit stands", async () => {
    const a = await open("a");
    fail((step) => is(step, "a", "sync", "r.baba"));
    await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
    await expect(a.storage.commit(put("more"))).rejects.toThrow(CommitUnknownError);
    expect(a.reports.join()).toContain("A checkpoint failed");
    hook = () => undefined;
    expect(await read(a)).toBe("small");
  });

  for (const [what, error, said] of [
    ["an error without a code", new TypeError("a bug"), "a bug (unknown error)."],
    ["what is no error", "a text", "a text (unknown error)."],
    ["a system's error", Object.assign(new Error("no room"), { code: "ENOSPC" }), "no room (ENOSPC)."],
  ] as const) {
    test(`that fails with ${what} says which`, async () => {
      const a = await open("a");
      let segments = 0;
      hook = (step) => {
        if (step.call === "create" && step.path.includes("-segment-") && ++segments === 2) throw error;
        return undefined;
      };
      await Promise.all([a.storage.commit(large()), a.storage.commit(put("small"))]);
      await a.storage.commit(put("more"));
      expect(a.reports).toEqual([`A checkpoint failed: ${said}`]);
    });
  }

  test("by another process does not disturb a third that follows", async () => {
    const [a, b, c] = [await open("a"), await open("b"), await open("c")];
    await a.storage.commit(put("one"));
    const head = await c.storage.head();
    await b.storage.commit(put("two"));
    await b.storage.close();
    expect(await read(c)).toBe("two");
    const basis = { head, records: new Set(["r.baba"]), folders: new Set<string>() };
    await expect(c.storage.commit(put("three", { basis }))).rejects.toMatchObject(code("BABA_CONFLICT"));
    await c.storage.commit(put("four"));
    expect(await read(a)).toBe("four");
  });

  for (const [what, unrevoked] of [
    ["and takes back what marks said", false],
    ["and cannot say so", true],
  ] as const) {
    test(`whose sync fails poisons the handle ${what}`, async () => {
      const [a, b] = [await open("a"), await open("b")];
      await a.storage.commit(put("one"));
      await b.storage.head();
      fail(
        (step) =>
          is(step, "a", "sync", "r.baba") || (unrevoked && is(step, "a", "create", `${TEMPORARY_FOLDER}/`)),
      );
      await a.storage.close();
      expect(a.reports.join()).toContain("Some work is left");
      hook = () => undefined;
      expect(await read(b)).toBe("one");
      await b.storage.commit(put("x", { changes: new Map([["other.baba", bytes("x")]]) }));
      await b.storage.close();
      expect(b.reports).toEqual([]);
      if (unrevoked) return;
      for (const image of crashStates(disk, { limit: 50, seed: 1 })) {
        disk = image;
        expect(await read(await open("c"))).toBe("one");
      }
    });
  }
});

describe("the write lock of a commit", () => {
  /** How often a process links to the lock. */
  function locks(process: string): () => number {
    let count = 0;
    hook = (step) => {
      if (step.process === process && step.call === "link" && step.to === LOCK_FILE) count += 1;
      return undefined;
    };
    return () => count;
  }

  test("is kept for the next one in a series", async () => {
    const a = await open("a", false);
    const count = locks("a");
    for (let i = 0; i < 20; i++) await a.storage.commit(put(`${i}`));
    expect(count()).toBe(2);
    expect(await read(await open("b"))).toBe("19");
  });

  test("is given back after a single one, and a moment after the last of a series", async () => {
    const [a, b] = [await open("a", false), await open("b")];
    await a.storage.commit(put("one"));
    await given(LOCK_FILE);
    for (const text of ["two", "three", "four"]) await b.storage.commit(put(text));
    await given(LOCK_FILE);
    expect(await read(a)).toBe("four");
  });

  test("is given back in a series once another waits for it and says so", async () => {
    const [a, b] = [await open("a", false), await open("b")];
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    let done = false;
    const committed = b.storage.commit(put("b's")).finally(() => {
      done = true;
    });
    let commits = 0;
    for (; !done && commits < 1000; commits++) await a.storage.commit(put("a's"));
    await committed;
    expect(commits).toBeLessThan(1000);
    await given(LOCK_FILE);
    await given(WANTED_FILE);
  });

  test("that was kept is looked for again after a pause, and so is what others did without it", async () => {
    let time = 0;
    const a = await open("a", false, () => time);
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await expect.poll(() => isPlaced(LOCK_FILE)).toBe(true);
    time += 1000;
    const b = await open("b");
    await b.storage.forceUnlock();
    await b.storage.commit(put("b's"));
    expect(await read(a)).toBe("b's");
    await given(LOCK_FILE);
    await a.storage.commit(put("four"));
    expect(await read(b)).toBe("four");
  });

  for (const [what, kept] of [
    ["was kept", true],
    ["was about to be kept", false],
  ] as const) {
    test(`that ${what} is gone at once by forceUnlock() of its own handle`, async () => {
      const [a, b] = [await open("a", false), await open("b", false)];
      let looks = 0;
      hook = (step) => {
        if (is(step, "a", "kinds", WANTED_FILE)) looks += 1;
        return undefined;
      };
      for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
      if (kept) {
        await expect.poll(() => looks).toBe(2);
        // What follows the look is done before the next turn of the event loop.
        await new Promise((resolve) => setTimeout(resolve));
      }
      await a.storage.forceUnlock();
      // Not in its place, so that only the journal tells of it.
      await b.storage.commit(put("b's", background));
      expect(await read(a)).toBe("b's");
      await a.storage.commit(put("four"));
      expect(await read(b)).toBe("four");
    });
  }

  test("that was kept is given back by close()", async () => {
    const a = await open("a", false);
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await a.storage.close();
    expect(await isPlaced(LOCK_FILE)).toBe(false);
    expect(a.reports).toEqual([]);
  });

  test("is not kept where it cannot be known whether another waits", async () => {
    const a = await open("a", false);
    fail((step) => is(step, "a", "kinds", WANTED_FILE));
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    await given(LOCK_FILE);
    expect(a.reports).toEqual([]);
  });

  test("that was kept and cannot be given back is reported", async () => {
    const a = await open("a");
    for (const text of ["one", "two", "three"]) await a.storage.commit(put(text));
    fail((step) => is(step, "a", "remove", LOCK_FILE));
    await expect.poll(() => a.reports.join()).toContain("cannot release the write lock");
  });

  for (const alsoRelease of [false, true]) {
    test(`is given back where the journal cannot be read${alsoRelease ? ", if it can be" : ""}`, async () => {
      const [a, b] = [await open("a"), await open("b")];
      await b.storage.commit(put("one"));
      fail(
        (step) =>
          is(step, "a", "list", JOURNAL_FOLDER) || (alsoRelease && is(step, "a", "remove", LOCK_FILE)),
      );
      await expect(a.storage.commit(put("two"))).rejects.toMatchObject(code("BABA_IO"));
      hook = () => undefined;
      if (alsoRelease) await b.storage.forceUnlock();
      await b.storage.commit(put("three"));
      expect(await read(a)).toBe("three");
    });
  }

  test("stops head() from following: its holder knows all there is", async () => {
    const a = await open("a");
    let following: Promise<number> | undefined;
    once(
      (step) => is(step, "a", "list", JOURNAL_FOLDER),
      async () => {
        following = a.storage.head();
      },
    );
    const hold = await a.storage.hold();
    expect(await following).toBe(0);
    await a.storage.commit(put("one", { hold }));
    fail(({ call }) => call === "kinds");
    expect(await a.storage.head()).toBe(1);
    hook = () => undefined;
    await hold.release();
  });
});
