import { beforeEach, describe, expect, test } from "vitest";
import { CommitUnknownError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { withCalls } from "../../file-system/with-calls.fixture.ts";
import {
  crashState,
  SeededRandom,
  simulatedFileSystem,
  simulatedRuntime,
} from "../../testing/simulation/index.ts";
import { FileStorage } from "../file-storage.ts";
import { JOURNAL_FOLDER } from "../layout.ts";
import type { Transaction } from "../storage.ts";
import { bytes, put, SimulatedStore } from "./simulated-store.fixture.ts";

const STATES = 100;

let store: SimulatedStore;
beforeEach(() => {
  store = new SimulatedStore();
});

/** A commit of one record whose text is its name. */
function named(name: string, more: Partial<Transaction> = {}): Transaction {
  return put("", { changes: new Map([[name, bytes(name)]]), ...more });
}

/** In how many states that a power cut may leave a record is not whole. */
async function broken(name: string): Promise<number> {
  let count = 0;
  store.machine.powerCut();
  for (let seed = 1; seed <= STATES; seed++) {
    const process = store.machine.start(`after ${seed}`);
    const files = simulatedFileSystem(crashState(store.disk, new SeededRandom(seed)), { process });
    const storage = new FileStorage(files, simulatedRuntime(files), { report: () => {} });
    await storage.open();
    const [payload] = await storage.read([name]);
    if (!(payload instanceof Uint8Array) || new TextDecoder().decode(payload) !== name) count++;
    await storage.close();
  }
  return count;
}

describe("CommitEngine with a poisoned handle", () => {
  test("refuses a held commit() after a failed sync of the journal, as a second sync would succeed", async () => {
    const { storage } = await store.open("a");
    await storage.commit(named("0.baba"));
    const hold = await storage.hold();
    store.hook = ({ call, path }) => {
      if (call !== "sync" || !path.startsWith(JOURNAL_FOLDER)) return undefined;
      store.hook = () => undefined;
      return { fail: "EIO" };
    };
    for (const name of ["1.baba", "2.baba"])
      await expect(storage.commit(named(name, { hold }))).rejects.toThrow(CommitUnknownError);
    await expect(storage.renew()).rejects.toThrow(CommitUnknownError);
    expect(await broken("0.baba")).toBe(0);
  });

  test("refuses a held commit() after a failed sync of a record file, whose revocation it would take back", async () => {
    const { storage } = await store.open("a");
    await storage.commit(named("1.baba"));
    const hold = await storage.hold();
    store.fail(({ call, path }) => call === "sync" && path === "1.baba");
    await expect(storage.renew()).rejects.toThrow();
    store.hook = () => undefined;
    await expect(storage.commit(named("2.baba", { hold }))).rejects.toThrow(CommitUnknownError);
    await hold.release();
    await storage.close();
    const next = await store.open("b");
    await next.storage.commit(named("3.baba"));
    await next.storage.close();
    expect(await broken("1.baba")).toBe(0);
  });
});

test("FileStorage.open() in the same process places all anew after a close() that could sync nothing", async () => {
  const process = store.machine.start("a");
  const files = simulatedFileSystem(store.disk, { process, hook: (step) => store.hook(step) });
  let time = 0;
  const runtime = { ...simulatedRuntime(files), elapsed: () => (time += 1000) };
  const reports: string[] = [];
  const open = async (): Promise<FileStorage> => {
    const storage = new FileStorage(files, runtime, { report: (message) => reports.push(message) });
    await storage.open();
    return storage;
  };
  const first = await open();
  await first.commit(named("1.baba"));
  await first.commit(named("2.baba"));
  store.fail(({ call }) => call === "sync" || call === "syncFolder");
  await first.close();
  expect(reports.join()).toContain("left to the next open");
  store.hook = () => undefined;
  const second = await open();
  await second.commit(named("3.baba"));
  await second.close();
  for (const name of ["1.baba", "2.baba", "3.baba"]) expect(await broken(name), name).toBe(0);
});

test("FileStorage.commit() poisons the handle if a sync of the journal throws instead of rejecting", async () => {
  const files = simulatedFileSystem(store.disk);
  let fails = false;
  const sync: FileSystem["sync"] = (paths) => {
    if (fails && paths.some((path) => path.startsWith(JOURNAL_FOLDER))) throw new Error("no disk");
    return files.sync(paths);
  };
  const throwing = withCalls(files, { sync });
  const storage = new FileStorage(throwing, simulatedRuntime(files), { report: () => {} });
  await storage.open();
  await storage.commit(named("1.baba"));
  fails = true;
  await expect(storage.commit(named("2.baba"))).rejects.toThrow(CommitUnknownError);
  fails = false;
  await expect(storage.commit(named("3.baba"))).rejects.toThrow(CommitUnknownError);
});
