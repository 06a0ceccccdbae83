import { describe, expect, test, vi } from "vitest";
import { EventLoop } from "../runtime/event-loop.ts";
import { openedStorage } from "./opened-storage.fixture.ts";
import { View } from "./view.ts";

test("View begins once for reads that begin at the same time, and the head of the first counts for all", async () => {
  const { runtime, storage } = await openedStorage();
  let head = 4;
  storage.head = async () => ++head;
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  await Promise.all([view.get("1.baba"), view.has("2.baba"), view.list(".")]);
  expect(view.basis()?.head).toBe(5);
  view.refresh();
  expect(view.basis()).toBeUndefined();
  await view.get("1.baba");
  expect(view.basis()?.head).toBe(6);
  await storage.close();
});

test("View begins anew after a storage that could not be opened", async () => {
  const { runtime, storage } = await openedStorage();
  let attempts = 0;
  const view = new View(
    async () => {
      if (attempts++ === 0) throw new Error("not yet");
      return storage;
    },
    new EventLoop(runtime),
    new Set(),
  );
  await expect(view.get("1.baba")).rejects.toThrow("not yet");
  expect(await view.get("1.baba")).toBeUndefined();
  await storage.close();
});

test("View.count() gives the length of list() and is judged like it, with pending changes and without", async () => {
  const { runtime, storage } = await openedStorage();
  const changes = new Map(["1.baba", "2.baba", "sub/3.baba"].map((name) => [name, new Uint8Array(1)]));
  await storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  expect([await view.count("."), await view.count("sub")]).toEqual([2, 1]);
  expect(view.basis()?.folders).toEqual(new Set([".", "sub"]));
  view.change("1.baba", undefined);
  view.change("2.baba", new Uint8Array(2));
  view.change("4.baba", new Uint8Array(2));
  view.change("5.baba", new Uint8Array(2));
  expect([await view.count("."), await view.count("sub")]).toEqual([3, 1]);
  expect((await view.list(".")).names).toHaveLength(3);
  await storage.close();
});

test("View.get() gives the payload of a storage that has it at once, without a promise once it has begun", async () => {
  const { runtime, storage } = await openedStorage();
  const payload = new Uint8Array(3);
  storage.read = (names) => names.map((name) => (name === "1.baba" ? payload : undefined));
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  expect(await view.get("1.baba")).toBe(payload);
  expect(view.get("1.baba")).toBe(payload);
  expect(view.get("2.baba")).toBeUndefined();
  expect(view.basis()?.records).toEqual(new Set(["1.baba", "2.baba"]));
  await storage.close();
});

test("View.read() gives the first payloads, pending changes among them, if the storage gives no more", async () => {
  const { runtime, storage } = await openedStorage();
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  const [stored, own] = [new Uint8Array(1), new Uint8Array(2)];
  const asked: (readonly string[])[] = [];
  storage.read = async (names) => {
    asked.push(names);
    return [stored];
  };
  const names = ["1.baba", "2.baba", "3.baba", "4.baba"];
  expect(await view.read(names)).toEqual([stored]);
  view.change("2.baba", own);
  expect(await view.read(names)).toEqual([stored, own]);
  expect(asked).toEqual([names, ["1.baba", "3.baba", "4.baba"]]);
  await storage.close();
});

test("View.get() gives others their turn between those that were called before the reads began", async () => {
  const { runtime, storage } = await openedStorage();
  const [turns, asked]: [(() => void)[], string[]] = [[], []];
  const loop = { breathe: () => new Promise<void>((next) => void turns.push(next)) };
  storage.read = async (names) => {
    asked.push(...names);
    return names.map(() => undefined);
  };
  const view = new View(async () => storage, loop, new Set());
  const names = Array.from({ length: 100 }, (_, id) => `${id}.baba`);
  const reads = Promise.all(names.map((name) => view.get(name)));
  await runtime.turn();
  expect([turns.length, asked]).toEqual([100, []]);
  for (const next of turns) next();
  await reads;
  expect(asked).toEqual(names);
  await view.get("1.baba");
  expect(turns).toHaveLength(100);
  await storage.close();
});

test("View.refresh() forgets what was read, and a basis from before does not change", async () => {
  const { runtime, storage } = await openedStorage();
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  await view.get("1.baba");
  await view.list("a");
  const before = view.basis();
  await view.get("2.baba");
  await view.list("b");
  view.refresh();
  await view.get("3.baba");
  await view.list("c");
  expect(before).toEqual({ head: 0, records: new Set(["1.baba"]), folders: new Set(["a"]) });
  expect(view.basis()).toEqual({ head: 0, records: new Set(["3.baba"]), folders: new Set(["c"]) });
  await storage.close();
});

describe("View.get() that began before a refresh and ends after it", () => {
  /** A view whose reads begin one by one, when they are told the head, or why there is none. */
  async function slowView() {
    const { runtime, storage } = await openedStorage();
    const begun: { readonly at: (head: number) => void; readonly fail: (error: Error) => void }[] = [];
    storage.head = () => new Promise((at, fail) => void begun.push({ at, fail }));
    const asked = async (count: number) => {
      await runtime.turn();
      expect(begun).toHaveLength(count);
    };
    return { view: new View(async () => storage, new EventLoop(runtime), new Set()), storage, begun, asked };
  }

  test.each([
    ["before", [0, 1]],
    ["after", [1, 0]],
  ])("is judged from its own head, if it ends %s those of the new view", async (_, order) => {
    const { view, storage, begun, asked } = await slowView();
    const early = view.get("1.baba");
    await asked(1);
    view.refresh();
    const late = view.get("2.baba");
    await asked(2);
    for (const i of order) {
      begun[i]?.at(5 + i);
      await (i === 0 ? early : late);
    }
    expect(view.basis()).toMatchObject({ head: 5, records: new Set(["1.baba", "2.baba"]) });
    await storage.close();
  });

  test("does not begin the new view", async () => {
    const { view, storage, begun, asked } = await slowView();
    const early = view.get("1.baba");
    await asked(1);
    view.refresh();
    begun[0]?.at(5);
    await early;
    const late = view.get("2.baba");
    await asked(2);
    begun[1]?.at(6);
    await late;
    await storage.close();
  });

  test("does not end the new view if it fails", async () => {
    const { view, storage, begun, asked } = await slowView();
    const early = view.get("1.baba");
    await asked(1);
    view.refresh();
    const late = view.get("2.baba");
    await asked(2);
    begun[0]?.fail(new Error("no head"));
    await expect(early).rejects.toThrow("no head");
    const further = view.get("3.baba");
    begun[1]?.at(6);
    await Promise.all([late, further]);
    expect(begun).toHaveLength(2);
    await storage.close();
  });
});

test("View looks once at each pending change, however often it is asked about folders in between", async () => {
  const { runtime, storage } = await openedStorage();
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  const looks = vi.spyOn(String.prototype, "lastIndexOf");
  try {
    for (let i = 0; i < 200; i++) {
      expect(view.hasChangesIn(`f${i}`)).toBe(false);
      view.change(`f${i}/${i}.baba`, new Uint8Array(1));
      view.change(`f${i}/${i}.baba`, undefined);
      expect(view.hasChangesIn(`f${i}`)).toBe(true);
    }
    expect(looks.mock.contexts.filter((name) => view.pending.has(String(name)))).toHaveLength(200);
  } finally {
    looks.mockRestore();
  }
  await storage.close();
});

test("View.hasChangesIn() and list() follow changes that are discarded and restored", async () => {
  const { runtime, storage } = await openedStorage();
  const view = new View(async () => storage, new EventLoop(runtime), new Set());
  const changes = new Map([["f/1.baba", new Uint8Array(1)]]);
  view.change("f/2.baba", new Uint8Array(1));
  expect((await view.list("f")).names).toEqual(["f/2.baba"]);
  view.discard();
  expect(view.hasChangesIn("f")).toBe(false);
  view.restore(changes);
  expect((await view.list("f")).names).toEqual(["f/1.baba"]);
  view.change("f/1.baba", undefined);
  view.change("f/0.baba", new Uint8Array(1));
  expect(await view.list("f")).toEqual({ names: ["f/0.baba"], own: true });
  await storage.close();
});
