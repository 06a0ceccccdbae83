import { beforeEach, describe, expect, test } from "vitest";
import { SimulatedDisk, simulatedFileSystem, simulatedRuntime } from "../../testing/simulation/index.ts";
import { FileStorage } from "../file-storage.ts";
import { background, bytes, code, put } from "./simulated-store.fixture.ts";

let disk: SimulatedDisk;
/** How many files cannot be put in place. */
let failures: number;
let syncFails: boolean;
let reports: string[];
/** The requested length of each pause. */
let pauses: number[];
/** What a pause does: by default it just ends. */
let pause: () => Promise<void>;
/** The same for pauses that keep no process alive: they do not end. */
let idles: number[];
let idle: () => Promise<void>;

beforeEach(() => {
  disk = new SimulatedDisk();
  failures = Number.POSITIVE_INFINITY;
  syncFails = false;
  reports = [];
  pauses = [];
  pause = async () => {};
  idles = [];
  idle = () => new Promise(() => {});
});

async function opened(): Promise<FileStorage> {
  // What continues after a test must not affect the next one.
  const [own, ownIdles, told] = [pauses, idles, reports];
  const files = simulatedFileSystem(disk, {
    hook: ({ call }) => {
      if (call === "sync" && syncFails) return { fail: "EIO" };
      return call === "rename" && failures-- > 0 ? { fail: "ENOSPC" } : undefined;
    },
  });
  const sleep = async (milliseconds: number): Promise<void> => {
    // Shorter ones belong to the lock.
    if (milliseconds < 10) return;
    own.push(milliseconds);
    await pause();
  };
  const runtime = {
    ...simulatedRuntime(files),
    sleep,
    idle: (milliseconds: number): Promise<void> => {
      ownIdles.push(milliseconds);
      return idle();
    },
  };
  const storage = new FileStorage(files, runtime, { report: (message) => told.push(message) });
  await storage.open();
  return storage;
}

/** With a commit whose file could not be put in place. */
async function hindered(): Promise<FileStorage> {
  const storage = await opened();
  await storage.commit(put("one", background));
  await expect.poll(() => reports[0]).toContain("cannot put in place (ENOSPC)");
  return storage;
}

/** The sleeps that a pause consists of. */
function inPieces(pause: number): number[] {
  const rest = pause % 50;
  return [...Array.from({ length: (pause - rest) / 50 }, () => 50), ...(rest > 0 ? [rest] : [])];
}

async function placed(): Promise<string | undefined> {
  const [kind] = await simulatedFileSystem(disk).kinds(["r.baba"]);
  return kind;
}

describe("BackgroundSettling of a commit whose file cannot be put in place", () => {
  test("lets the commit stand, and later commits fail with BABA_SETTLE until the file can be placed", async () => {
    const storage = await hindered();
    const other = new Map([["other.baba", bytes("two")]]);
    for (const settle of ["background", "commit"] as const)
      await expect(storage.commit(put("", { changes: other, settle }))).rejects.toMatchObject(
        code("BABA_SETTLE"),
      );
    expect(await storage.read(["r.baba", "other.baba"])).toEqual([bytes("one"), undefined]);
    failures = 0;
    await storage.commit(put("", { changes: other, ...background }));
    expect(await placed()).toBe("file");
  });

  test("places the file without a further commit as soon as it can, and reports the failure once", async () => {
    failures = 4;
    await hindered();
    await expect.poll(placed).toBe("file");
    expect(pauses).toEqual([10, 10, 20, 40, ...inPieces(80)]);
    expect(reports).toHaveLength(1);
  });

  test("retries for some seconds, reports once more, then retries ever less often and keeps no process alive", async () => {
    failures = 14;
    idle = async () => {};
    await hindered();
    await expect.poll(placed).toBe("file");
    const longer = [80, 160, 320, 640, 1_280, 2_560].flatMap(inPieces);
    expect(pauses).toEqual([10, 10, 20, 40, ...longer]);
    expect(idles).toEqual([5_120, 10_240, 20_480, 30_000, 30_000]);
    expect(reports).toEqual([reports[0], reports[0]]);
  });

  test("ends once the next commit has placed the file", async () => {
    let end = (): void => undefined;
    idle = () => new Promise<void>((resolve) => (end = resolve));
    const storage = await hindered();
    await expect.poll(() => idles).toEqual([5_120]);
    failures = 0;
    await storage.commit(put("two"));
    expect(await placed()).toBe("file");
    end();
    await new Promise((resolve) => setTimeout(resolve));
    expect(idles).toEqual([5_120]);
  });

  test("does not retry in a handle that no longer writes", async () => {
    failures = 0;
    const storage = await opened();
    await storage.commit(put("zero"));
    syncFails = true;
    await storage.commit(put("one", { ...background, durability: "relaxed" }));
    await expect.poll(() => reports).toEqual([expect.stringContaining("A sync of the journal failed")]);
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve));
    expect(pauses).toEqual([10, 10]);
  });

  test("ends at close(), which places the file and waits for no further try", async () => {
    let end = (): void => undefined;
    pause = async () => {
      if (pauses.length > 1) await new Promise<void>((resolve) => (end = resolve));
    };
    const storage = await hindered();
    failures = 0;
    await storage.close();
    expect(await placed()).toBe("file");
    const before = disk.operations.length;
    end();
    await new Promise((resolve) => setTimeout(resolve));
    expect([pauses.length, disk.operations.length]).toEqual([2, before]);
  });
  test("keeps the process alive after close() only for the piece of its pause that has begun", async () => {
    let end = (): void => undefined;
    pause = async () => {
      if (pauses.length === 7) await new Promise<void>((resolve) => (end = resolve));
    };
    const storage = await hindered();
    await expect.poll(() => pauses).toEqual([10, 10, 20, 40, 50, 30, 50]);
    failures = 0;
    await storage.close();
    expect(await placed()).toBe("file");
    end();
    await new Promise((resolve) => setTimeout(resolve));
    expect(pauses).toEqual([10, 10, 20, 40, 50, 30, 50]);
  });
});
