import type { Keyring } from "../crypto/keyring.ts";
import { checkPassphrase, checkRecipients } from "../crypto/lock.ts";
import { noKeyring } from "../crypto/refusals.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { underLock } from "./maintenance.ts";
import type { Store } from "./shared-store.ts";

/** What a new data key is made with. */
type KeySource = Pick<Runtime, "crypto" | "now">;

/** Locks the store's key file with another passphrase. @throws `BABA_OPTION`, `BABA_KEY_MISSING` */
export async function changePassphrase(store: Store, next: string): Promise<void> {
  const passphrase = checkPassphrase(next);
  if (store.vault.lockKind !== "passphrase") throw noKeyring();
  await changing(store, () => store.vault.rewrite((keyring) => keyring, passphrase));
}

/** Who may open the store; empty where a passphrase locks it. */
export function recipientsOf({ vault }: Store): string[] {
  return [...(vault.keyring?.recipients ?? [])];
}

/** Locks the store's key file for one more. Whether it was not yet. @throws `BABA_OPTION`, `BABA_KEY_MISSING` */
export async function addRecipient(store: Store, recipient: string): Promise<boolean> {
  const [added = ""] = checkRecipients([recipient]);
  if (store.vault.lockKind !== "identity") throw noKeyring();
  return changing(store, async () => {
    if (recipientsOf(store).includes(added)) return false;
    await store.vault.rewrite((keyring) => keyring.withRecipients([...keyring.recipients, added]));
    return true;
  });
}

/**
 * Locks the store's key file without one recipient, with a new data key for what is written from now on and a new
 * fingerprint. Whether it was a recipient. After a failure it is called again: what was left is then done, whether it is
 * one still or not.
 *
 * @throws `BABA_OPTION` where none of one's own identities would be left
 */
export async function removeRecipient(store: Store, recipient: string, runtime: KeySource): Promise<boolean> {
  const [removed = ""] = checkRecipients([recipient]);
  if (store.vault.lockKind !== "identity") throw noKeyring();
  return changing(store, async () => {
    const isRecipient = recipientsOf(store).includes(removed);
    if (isRecipient) await store.vault.rewrite((keyring) => without(keyring, removed, runtime));
    // Others learn of the key by the journal that is sealed with it: where an earlier call ended before this, now.
    await store.storage.renew();
    return isRecipient;
  });
}

function without(keyring: Keyring, removed: string, { crypto, now }: KeySource): Keyring {
  return keyring
    .withRecipients(keyring.recipients.filter((other) => other !== removed))
    .withNewSecret(crypto)
    .rotated(crypto, now());
}

/** Gives the store a new data key for what is written from now on. @throws `BABA_OPTION` where it has no key file */
export async function rotateKey(store: Store, { crypto, now }: KeySource): Promise<void> {
  if (store.vault.lockKind !== "passphrase" && store.vault.lockKind !== "identity") throw noKeyring();
  await changing(store, async () => {
    await store.vault.rewrite((keyring) => keyring.rotated(crypto, now()));
    // Others learn of the key by the journal that is sealed with it.
    await store.storage.renew();
  });
}

/** Runs work on the keys under the write lock; a new store's are made first. */
function changing<T>(store: Store, work: () => Promise<T>): Promise<T> {
  return underLock(store, async () => {
    await store.vault.prepare();
    return work();
  });
}
