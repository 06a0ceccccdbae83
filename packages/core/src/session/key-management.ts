import { checkPassphrase, checkRecipients } from "../crypto/lock.ts";
import { noKeyring } from "../crypto/refusals.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "./shared-store.ts";

/** Locks the store's key file with another passphrase. @throws `BABA_OPTION`, `BABA_KEY_MISSING` */
export async function changePassphrase(store: Store, next: string): Promise<void> {
  const passphrase = checkPassphrase(next);
  if (store.vault.lockKind !== "passphrase") throw noKeyring();
  await underLock(store, () => store.vault.rewrite((keyring) => keyring, passphrase));
}

/** Who may open the store; empty where a passphrase locks it. */
export function recipientsOf({ vault }: Store): string[] {
  return [...(vault.keyring?.recipients ?? [])];
}

/** Locks the store's key file for one more. Whether it was not yet. @throws `BABA_OPTION`, `BABA_KEY_MISSING` */
export async function addRecipient(store: Store, recipient: string): Promise<boolean> {
  const [added = ""] = checkRecipients([recipient]);
  if (store.vault.lockKind !== "identity") throw noKeyring();
  return underLock(store, async () => {
    if (recipientsOf(store).includes(added)) return false;
    await store.vault.rewrite((keyring) => keyring.withRecipients([...keyring.recipients, added]));
    return true;
  });
}

/**
 * Locks the store's key file without one recipient, with a new data key for what is written from now on and a new
 * fingerprint. Whether it was a recipient.
 *
 * @throws `BABA_OPTION` where none of one's own identities would be left
 */
export async function removeRecipient(store: Store, recipient: string, runtime: Runtime): Promise<boolean> {
  const [removed = ""] = checkRecipients([recipient]);
  if (store.vault.lockKind !== "identity") throw noKeyring();
  return underLock(store, async () => {
    if (!recipientsOf(store).includes(removed)) return false;
    await store.vault.rewrite((keyring) =>
      keyring
        .withRecipients(keyring.recipients.filter((other) => other !== removed))
        .withNewSecret(runtime.crypto)
        .rotated(runtime.crypto, runtime.now()),
    );
    await store.storage.renew();
    return true;
  });
}

/** Gives the store a new data key for what is written from now on. @throws `BABA_OPTION` where it has no key file */
export async function rotateKey(
  store: Store,
  { crypto, now }: Pick<Runtime, "crypto" | "now">,
): Promise<void> {
  if (store.vault.lockKind !== "passphrase" && store.vault.lockKind !== "identity") throw noKeyring();
  await underLock(store, async () => {
    await store.vault.rewrite((keyring) => keyring.rotated(crypto, now()));
    // Others learn of the key by the journal that is sealed with it.
    await store.storage.renew();
  });
}

/** Runs work under the write lock, in a store that has its keys. */
async function underLock<T>({ storage, vault }: Store, work: () => Promise<T>): Promise<T> {
  const hold = await storage.hold();
  try {
    await vault.prepare();
    return await work();
  } finally {
    await hold.release();
  }
}
