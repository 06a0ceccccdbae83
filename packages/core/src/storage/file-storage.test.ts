import { test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { storageSuite } from "../testing/storage-suite.ts";
import { FileStorage } from "./file-storage.ts";

storageSuite(test, async () => {
  const volume = new MemoryVolume();
  const report = (message: string) => {
    throw new Error(message, { cause: "x" });
  };
  const again = () => new FileStorage(memoryFileSystem(volume), memoryRuntime(), report);
  const files = memoryFileSystem(volume);
  return {
    storage: again(),
    again,
    spoil: async (name) => {
      await files.remove([name]);
      await files.create([{ path: name, bytes: new TextEncoder().encode("not base-3 text") }]);
    },
    dispose: async () => {},
  };
});
