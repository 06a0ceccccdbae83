import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import type { Storage } from "../storage/storage.ts";
import type { StorageSubject } from "./storage-suite.ts";

/** A new store in memory for `storageSuite`; `open` opens it, each time over a file system of its own. */
export function storageInMemory(open: (files: FileSystem) => Storage): StorageSubject {
  const volume = new MemoryVolume();
  const files = memoryFileSystem(volume);
  const again = () => open(memoryFileSystem(volume));
  return {
    storage: again(),
    again,
    spoil: async (name) => {
      await files.remove([name]);
      await files.create([{ path: name, bytes: new TextEncoder().encode("not base-3 text") }]);
    },
    dispose: async () => {},
  };
}
