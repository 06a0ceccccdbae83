import { expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { FileStorage } from "./file-storage.ts";
import { STORE_FOLDER } from "./layout.ts";
import { put } from "./steered-store.fixture.ts";

const storageOn = (files: FileSystem): FileStorage =>
  new FileStorage(files, memoryRuntime(), { report: () => {} });

/** A file system that calls `before` before each of its steps. */
function stepping(files: FileSystem, before: () => void): FileSystem {
  return new Proxy(files, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => {
        before();
        return Reflect.apply(method, target, args);
      };
    },
  });
}

/** Moves a store away at this step of a handle's first commit; whether there is such a step, and what is there. */
async function movedAwayAt(step: number) {
  const volume = new MemoryVolume();
  const maker = storageOn(memoryFileSystem(volume));
  await maker.open();
  await maker.commit(put({ "1.baba": "one" }));
  await maker.close();
  let left = Number.POSITIVE_INFINITY;
  const moveAway = () => {
    if (left-- === 0) volume.folder(".").delete(STORE_FOLDER);
  };
  const storage = storageOn(stepping(memoryFileSystem(volume), moveAway));
  await storage.open();
  left = step;
  await storage.commit(put({ "1.baba": "two" })).catch(() => undefined);
  const isReached = left < 0;
  left = Number.POSITIVE_INFINITY;
  await storage.close();
  return { isReached, names: await memoryFileSystem(volume).names(".") };
}

test("FileStorage makes .baba anew at no step of a first commit() at which it was moved away", async () => {
  let step = 0;
  for (; ; step++) {
    const { isReached, names } = await movedAwayAt(step);
    if (!isReached) break;
    expect(names, `step ${step}`).not.toContain(STORE_FOLDER);
  }
  expect(step).toBeGreaterThan(20);
});
