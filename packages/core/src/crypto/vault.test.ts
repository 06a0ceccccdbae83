import { test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { FileStorage } from "../storage/file-storage.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { storageSuite } from "../testing/storage-suite.ts";
import { Vault } from "./vault.ts";

/** A storage with sealed records and journal must pass the suite of every storage. */
storageSuite(test, async () => {
  const volume = new MemoryVolume();
  const runtime = memoryRuntime();
  const { crypto, compression } = runtime;
  const files = memoryFileSystem(volume);
  const report = (message: string) => {
    throw new Error(message, { cause: "x" });
  };
  const again = () => {
    const key = new Uint8Array(32).fill(3);
    const context = { crypto, compression, now: () => 0, breathe: () => undefined };
    const vault = new Vault(memoryFileSystem(volume), { kind: "key", key }, context);
    return new FileStorage(memoryFileSystem(volume), runtime, { report, protection: vault });
  };
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
