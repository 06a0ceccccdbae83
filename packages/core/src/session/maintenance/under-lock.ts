import type { Hold } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";

/**
 * Runs work under the write lock with the current keys of the key file: the journal does not mention a new
 * key whose maker died before renewing it. A key file of another time is refused: what it lacks, a new one
 * made of it would lack for good.
 *
 * @throws `BABA_KEY_UNKNOWN` if the key file does not have the journal's key
 */
export async function underLock<T>({ storage, vault }: Store, work: (hold: Hold) => Promise<T>): Promise<T> {
  const hold = await storage.hold();
  try {
    await vault.refresh();
    await storage.mustFitKeys();
    return await work(hold);
  } finally {
    await hold.release();
  }
}
