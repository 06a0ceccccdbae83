import { test } from "vitest";
import { FileStorage } from "../storage/file-storage.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { storageInMemory } from "../testing/storage-subject.fixture.ts";
import { storageSuite } from "../testing/storage-suite.ts";
import { Vault } from "./vault.ts";

/** A storage with sealed records and journal must pass the suite of every storage. */
storageSuite(test, async () => {
  const runtime = memoryRuntime();
  const { crypto, compression } = runtime;
  const report = (message: string) => {
    throw new Error(message, { cause: "x" });
  };
  return storageInMemory((files) => {
    const key = new Uint8Array(32).fill(3);
    const context = { crypto, compression, now: () => 0, breathe: () => undefined };
    const vault = new Vault(files, { kind: "key", key }, context);
    return new FileStorage(files, runtime, { report, protection: vault });
  });
});
