import type { RegisterTest } from "./file-system-suite.ts";
import { COMMITS } from "./storage-suite-commits.ts";
import { LOCKS } from "./storage-suite-locks.ts";
import { PERSISTENCE } from "./storage-suite-persistence.ts";
import { READS } from "./storage-suite-reads.ts";
import {
  type Settle,
  type StorageObligation,
  type StorageSubject,
  type Trial,
  transaction,
} from "./storage-suite-steps.ts";

export type { StorageSubject } from "./storage-suite-steps.ts";

/**
 * Registers a test for each obligation of the `Storage` port, in both modes of settling.
 *
 * @param test registers one test with the runner
 * @param create makes a separate subject for each test
 * @example
 * ```ts
 * import { FileStorage, memoryFileSystem } from "@baba/core";
 * import { MemoryVolume, memoryRuntime, storageSuite } from "@baba/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * storageSuite(
 *   (_name, work) => tests.push(work),
 *   async () => {
 *     const volume = new MemoryVolume();
 *     const again = () => new FileStorage(memoryFileSystem(volume), memoryRuntime(), { report: console.warn });
 *     const spoil = async (name: string) => void (volume.file(name).bytes = new Uint8Array([0]));
 *     return { storage: again(), again, spoil, dispose: async () => {} };
 *   },
 * );
 * for (const work of tests) await work();
 * ```
 */
export function storageSuite(test: RegisterTest, create: () => Promise<StorageSubject>): void {
  for (const settle of ["commit", "background"] as const) {
    for (const obligation of [...READS, ...COMMITS, ...LOCKS, ...PERSISTENCE])
      test(`Storage (settle: ${settle}) ${obligation.name}`, () => tryOut(obligation, create, settle));
  }
}

async function tryOut(
  obligation: StorageObligation,
  create: () => Promise<StorageSubject>,
  settle: Settle,
): Promise<void> {
  const subject = await create();
  const { storage } = subject;
  const commit: Trial["commit"] = (to, changes, basis) => to.commit(transaction(changes, basis, settle));
  try {
    await storage.open();
    await obligation.test({ storage, subject, settle, commit });
  } finally {
    await storage.close();
    await subject.dispose();
  }
}
