import { FileStorage } from "../storage/file-storage.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";

/** An opened storage in memory, for tests of what a session does with one, and its runtime. */
export async function openedStorage(): Promise<{
  readonly runtime: MemoryRuntime;
  readonly storage: FileStorage;
}> {
  const runtime = memoryRuntime();
  const storage = new FileStorage(runtime.fileSystem("data"), runtime, { report: () => undefined });
  await storage.open();
  return { runtime, storage };
}
