import { expect, test } from "vitest";
import { FileStorage } from "../storage/file-storage.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { View } from "./view.ts";

test("View begins once for reads that begin at the same time: what the first saw counts for all", async () => {
  const runtime = memoryRuntime();
  const storage = new FileStorage(runtime.fileSystem("data"), runtime, () => undefined);
  await storage.open();
  let head = 4;
  storage.head = async () => ++head;
  const view = new View(async () => storage);
  await Promise.all([view.get("1.baba"), view.has("2.baba"), view.list(".")]);
  expect(view.basis()?.head).toBe(5);
  view.refresh();
  expect(view.basis()).toBeUndefined();
  await view.get("1.baba");
  expect(view.basis()?.head).toBe(6);
  await storage.close();
});

test("View begins anew after a storage that could not be opened", async () => {
  const runtime = memoryRuntime();
  const storage = new FileStorage(runtime.fileSystem("data"), runtime, () => undefined);
  await storage.open();
  let attempts = 0;
  const view = new View(async () => {
    if (attempts++ === 0) throw new Error("not yet");
    return storage;
  });
  await expect(view.get("1.baba")).rejects.toThrow("not yet");
  expect(await view.get("1.baba")).toBeUndefined();
  await storage.close();
});
