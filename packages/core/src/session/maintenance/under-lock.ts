import type { Hold } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";

/**
 * Runs work under the write lock with the current keys of the key file: the journal does not mention a new
 * key whose maker died before renewing it.
 */
export async function underLock<T>({ storage, vault }: Store, work: (hold: Hold) => Promise<T>): Promise<T> {
  const hold = await storage.hold();
  try {
    await vault.refresh();
    return await work(hold);
  } finally {
    await hold.release();
  }
}
