import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import { BabaError, type BabaErrorCode } from "../errors.ts";
import { protectionOf } from "../testing/commit-protocol/protection.ts";
import {
  crashStates,
  type SimulatedDisk,
  simulatedFileSystem,
  simulatedRuntime,
} from "../testing/simulation/index.ts";
import { FileStorage } from "./file-storage.ts";
import { background, bytes, code, never, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

describe("FileStorage.read(), exist(), list() and count()", () => {
  test("overlay what waits to be put in place on what the files say", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one", "2.baba": "two", "sub/9.baba": "nine" }));
    store.sleep = never;
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
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    await (await storage.hold()).release();
    store.hook = ({ call }) => (call === "kinds" ? { fail: "EACCES" } : undefined);
    await expect(storage.head()).rejects.toMatchObject(code("BABA_PERMISSION"));
  });
});

test("FileStorage.names() gives records that are only in the journal, also if a power cut took their folder", async () => {
  const writer = await store.open();
  await writer.commit(put({ "1.baba": "one", "a/b/2.baba": "two" }));
  await writer.commit(put({ "a/c/3.baba": "three", "4.baba": "four", "1.baba": undefined }, background));
  const [lost] = [...crashStates(store.disk, { limit: 1000, seed: 1 })].filter((disk) =>
    isWithout(disk, "a"),
  );
  store = new SteeredStore(lost);
  store.machine.powerCut();
  store.hook = ({ call }) => (call === "create" ? { fail: "EACCES" } : undefined);
  const reader = await store.open();
  const names: string[] = [];
  for await (const some of reader.names()) names.push(...some);
  expect(names).toEqual(["4.baba", "a/b/2.baba", "a/c/3.baba"]);
  expect(store.reports.join()).toContain("Recovery is left to a later commit");
});

function isWithout({ root }: SimulatedDisk, folder: string): boolean {
  return root?.visible.has(".baba") === true && !root.visible.has(folder);
}

test("FileStorage.stamp() is undefined for a folder that is not there", async () => {
  const storage = await store.open();
  expect(await storage.stamp("nowhere")).toBeUndefined();
  await storage.close();
});

test("FileStorage.read() opens what is sealed, and passes on what is not", async () => {
  for (const kind of ["key", "none"] as const) {
    store = new SteeredStore();
    const files = simulatedFileSystem(store.disk, { process: store.machine.start(kind) });
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

describe("FileStorage.read() of a record whose keys are in doubt", () => {
  const names = ["1.baba"];
  let storage: FileStorage;
  /** What is said of a record before the store's keys are asked. */
  let doubts: BabaErrorCode[];

  beforeEach(async () => {
    const files = simulatedFileSystem(store.disk, {
      process: store.machine.start("p"),
      hook: (step) => store.hook(step),
    });
    const runtime = simulatedRuntime(files);
    const protection = protectionOf("key", files, runtime);
    const revealing = protection.revealing.bind(protection);
    doubts = [];
    protection.revealing = () => async (asked, kept) => {
      const doubt = doubts.pop();
      return doubt === undefined ? revealing()(asked, kept) : [new BabaError(doubt, "in doubt")];
    };
    storage = new FileStorage(files, runtime, { report: () => {}, protection });
    await storage.open();
    await storage.commit(put({ "1.baba": "one" }));
    await (await storage.hold()).release();
  });

  test.each(["BABA_NOT_SEALED", "BABA_KEY_UNKNOWN"] as const)(
    "reads it once more after %s: the store may have been sealed, or a key dropped, between the read and the judgement",
    async (doubt) => {
      doubts = [doubt];
      expect(await storage.read(names)).toEqual([bytes("one")]);
      doubts = [doubt, doubt];
      expect(await storage.read(names)).toMatchObject([code(doubt)]);
    },
  );

  test("reads no other record again", async () => {
    await storage.commit(put({ "2.baba": "two", "3.baba": "three", "4.baba": "four" }));
    for (const path of ["2.baba", "4.baba"]) {
      await store.files.remove([path]);
      await store.files.create([{ path, bytes: encode(bytes("{}")) }]);
    }
    const read: string[] = [];
    store.hook = ({ call, path }) => {
      if (call === "read" && path.endsWith(".baba")) read.push(path);
      return undefined;
    };
    const refused = code("BABA_NOT_SEALED");
    const found = await storage.read(["1.baba", "2.baba", "3.baba", "4.baba", "5.baba"]);
    expect(found).toMatchObject([bytes("one"), refused, bytes("three"), refused, undefined]);
    expect(read.sort()).toEqual(["1.baba", "2.baba", "2.baba", "3.baba", "4.baba", "4.baba", "5.baba"]);
  });

  test("gives the error if it stays plain, and the journal cannot be read either", async () => {
    await store.files.remove(names);
    await store.files.create([{ path: "1.baba", bytes: encode(bytes("{}")) }]);
    store.hook = ({ call }) => (call === "kinds" ? { fail: "EACCES" } : undefined);
    await expect(storage.head()).rejects.toMatchObject(code("BABA_PERMISSION"));
    expect(await storage.read(names)).toMatchObject([code("BABA_NOT_SEALED")]);
  });
});
