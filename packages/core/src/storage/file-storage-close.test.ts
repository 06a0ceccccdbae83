import { beforeEach, describe, expect, test } from "vitest";
import { webCompression } from "../crypto/compression.ts";
import { Vault } from "../crypto/vault.ts";
import { simulatedRuntime } from "../testing/simulation/index.ts";
import { FileStorage } from "./file-storage.ts";
import { LOCK_FILE, OWNERS_FOLDER } from "./layout.ts";
import { LONGEST_WAIT } from "./lock/write-lock.ts";
import { background, code, never, put, SteeredStore } from "./steered-store.fixture.ts";

let store: SteeredStore;

beforeEach(() => {
  store = new SteeredStore();
});

describe("FileStorage.close()", () => {
  test("puts in place what waits, ends the owner's file, and refuses later writes", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }, background));
    await storage.close();
    await storage.close();
    const files = store.files;
    expect((await files.kinds(["1.baba"]))[0]).toBe("file");
    expect(await files.list(OWNERS_FOLDER)).toEqual([]);
    await expect(storage.commit(put({ "2.baba": "two" }))).rejects.toMatchObject(code("BABA_CLOSED"));
    await expect(storage.hold()).rejects.toMatchObject(code("BABA_CLOSED"));
  });

  test("writes nothing after reads only, and only places files beside a living writer", async () => {
    const [writer, reader] = [await store.open(), await store.open()];
    store.sleep = never;
    void writer.commit(put({ "1.baba": "one" }, background));
    await expect.poll(() => reader.head()).toBe(1);
    await reader.close();
    const files = store.files;
    expect((await files.kinds(["1.baba"]))[0]).toBe("file");
    // The checkpoint is left to the writer, or to those after it.
    const isSynced = () =>
      store.disk.operations.some(({ call, path }) => call === "sync" && path === "1.baba");
    expect(isSynced()).toBe(false);
    // What a closed storage wrote last is made durable by the next one, which else has only read.
    const another = await store.open();
    expect(isSynced()).toBe(true);
    const before = store.disk.operations.length;
    await another.close();
    expect(store.disk.operations.slice(before).map(({ call }) => call)).toEqual(["remove"]);
  });

  test("waits for an open() that is under way, whose keys are of no use afterwards", async () => {
    const files = store.files;
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
    const storage = store.create();
    store.hook = ({ call }) => (call === "close" ? undefined : { fail: "EIO" });
    const refused = expect(storage.open()).rejects.toMatchObject(code("BABA_IO"));
    await storage.close();
    await refused;
  });

  test("ends no earlier than another close() that is under way", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    const ended: string[] = [];
    let second: Promise<unknown> | undefined;
    store.hook = ({ call, path }) => {
      if (call === "remove" && path.startsWith(OWNERS_FOLDER))
        second ??= storage.close().then(() => ended.push("second"));
      return undefined;
    };
    await storage.close().then(() => ended.push("first"));
    await second;
    expect(ended).toEqual(["first", "second"]);
  });

  test("succeeds although its owner's file cannot be removed", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    store.hook = ({ call, path }) =>
      call === "remove" && path.startsWith(OWNERS_FOLDER) ? { fail: "EPERM" } : undefined;
    await storage.close();
    expect(store.reports).toEqual([]);
  });

  test("reports a lock that cannot be removed once, also while the last commit still tries to", async () => {
    const storage = await store.open();
    store.hook = ({ call, path }) => (call === "remove" && path === LOCK_FILE ? { fail: "EIO" } : undefined);
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    store.sleep = () => awake;
    await storage.commit(put({ "1.baba": "one" }));
    await expect.poll(() => store.sleeps).toHaveLength(1);
    const before = store.reports.length;
    store.sleep = async () => {};
    await storage.close();
    wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.reports.slice(before)).toEqual([
      expect.stringContaining("cannot release the write lock (EIO)"),
    ]);
  });

  test("does not wait again for an owner of the lock that a commit has waited for in vain", async () => {
    const [holder, storage] = [await store.open(), await store.open()];
    await storage.commit(put({ "1.baba": "one" }));
    await holder.hold();
    store.sleep = async () => {
      store.time += LONGEST_WAIT;
    };
    const refused = storage.commit(put({ "2.baba": "two" }));
    await expect(refused).rejects.toMatchObject(code("BABA_LOCKED"));
    store.sleeps = [];
    await storage.close();
    expect(store.sleeps).toEqual([]);
    expect(store.reports).toEqual([expect.stringContaining("has held the write lock for 10 seconds")]);
    expect(store.reports).toEqual([expect.stringContaining("Some work is left to the next open")]);
  });

  test("waits for an owner of the lock that came after the one that a commit has waited for in vain", async () => {
    const [first, second, storage] = [await store.open(), await store.open(), await store.open()];
    await storage.commit(put({ "1.baba": "one" }));
    const before = await first.hold();
    store.sleep = async () => {
      store.time += LONGEST_WAIT;
    };
    const refused = storage.commit(put({ "2.baba": "two" }));
    await expect(refused).rejects.toMatchObject(code("BABA_LOCKED"));
    await before.release();
    const hold = await second.hold();
    store.sleep = () => hold.release();
    await storage.close();
    expect(store.reports).toEqual([]);
  });

  test("leaves a lock that cannot be removed to the next storage of the process", async () => {
    const storage = await store.open();
    await storage.commit(put({ "1.baba": "one" }));
    store.hook = ({ call }) => (call === "remove" ? { fail: "EPERM" } : undefined);
    await storage.close();
    expect(store.reports.at(-1)).toMatch("cannot release the write lock (EPERM)");
    store.hook = () => undefined;
    expect((await store.files.kinds([LOCK_FILE]))[0]).toBe("file");
    // A wait for the lock would be longer than any owner is waited for.
    store.sleep = async () => {
      store.time += LONGEST_WAIT;
    };
    const next = await store.open();
    await next.commit(put({ "2.baba": "two" }));
    await next.close();
    expect((await store.files.kinds([LOCK_FILE]))[0]).toBe(undefined);
  });
});
