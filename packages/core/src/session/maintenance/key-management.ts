import type { Keyring } from "../../crypto/keyring.ts";
import { checkPassphrase, checkRecipients } from "../../crypto/lock.ts";
import { optionError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Hold } from "../../storage/storage.ts";
import type { Store } from "../database/shared-store.ts";
import { underLock } from "./under-lock.ts";

/** What it takes to make a new data key. */
type KeySource = Pick<Runtime, "crypto" | "now">;

/** Locks the store's key file with another passphrase. @throws `BABA_OPTION`, `BABA_KEY_MISSING` */
export async function changePassphrase(store: Store, next: string, another?: unknown): Promise<void> {
  mustBeNoText(
    another,
    "changePassphrase() takes one text, the new passphrase: the store is open already, so leave the old one out.",
  );
  const passphrase = checkPassphrase(next);
  store.vault.mustHaveKeyFile("passphrase");
  await changing(store, (hold) => store.vault.rewrite((keyring) => keyring, hold, passphrase));
}

/** Who can open the store, as of now; empty if it is locked by a passphrase. */
export async function listRecipients(store: Store): Promise<string[]> {
  await store.vault.refresh();
  return recipientsOf(store);
}

/** Adds a recipient to the key file; whether it was not one yet. @throws `BABA_OPTION` */
export async function addRecipient(store: Store, recipient: string, another?: unknown): Promise<boolean> {
  mustBeNoText(another, "addRecipient() takes one text, a recipient: call it once for each.");
  const [added = ""] = checkRecipients([recipient]);
  store.vault.mustHaveKeyFile("identity");
  return changing(store, async (hold) => {
    if (recipientsOf(store).includes(added)) return false;
    await store.vault.rewrite((keyring) => keyring.withRecipients([...keyring.recipients, added]), hold);
    return true;
  });
}

/**
 * Removes a recipient from the store's key file, makes a new data key for later writes, and changes the
 * fingerprint. Returns whether it was a recipient. After a failure it can be called again and finishes the
 * rest, even if the recipient is already gone.
 *
 * @throws `BABA_OPTION` if none of one's own identities would be left, `BABA_KEYRING` if the key file is full
 */
export async function removeRecipient(
  store: Store,
  recipient: string,
  runtime: KeySource,
  another?: unknown,
): Promise<boolean> {
  mustBeNoText(another, "removeRecipient() takes one text, a recipient: call it once for each.");
  const [removed = ""] = checkRecipients([recipient]);
  store.vault.mustHaveKeyFile("identity");
  return changing(store, async (hold) => {
    const isRecipient = recipientsOf(store).includes(removed);
    if (isRecipient) await store.vault.rewrite((keyring) => without(keyring, removed, runtime), hold);
    // Other processes learn of the key from a journal sealed with it. Always renewed, as an earlier call may
    // have failed before this.
    await store.storage.renew();
    return isRecipient;
  });
}

/** Refuses what would be passed over, although the caller believes that it counts. @throws `BABA_OPTION` */
function mustBeNoText(another: unknown, message: string): void {
  if (typeof another === "string") throw optionError(message);
}

function without(keyring: Keyring, removed: string, runtime: KeySource): Keyring {
  return keyring
    .withRecipients(keyring.recipients.filter((other) => other !== removed))
    .withNewSecret(runtime.crypto)
    .rotated(runtime.crypto, runtime.now());
}

/** Makes a new data key for later writes. @throws `BABA_OPTION` without a key file, `BABA_KEYRING` if it is full */
export async function rotateKey(store: Store, runtime: KeySource): Promise<void> {
  store.vault.mustHaveKeyFile();
  await changing(store, async (hold) => {
    await store.vault.rewrite((keyring) => keyring.rotated(runtime.crypto, runtime.now()), hold);
    // Other processes learn of the key from a journal sealed with it.
    await store.storage.renew();
  });
}

function recipientsOf({ vault }: Store): string[] {
  return [...(vault.keyring?.recipients ?? [])];
}

/** Runs work on the keys under the write lock, after making those of a new store. */
function changing<T>(store: Store, work: (hold: Hold) => Promise<T>): Promise<T> {
  return underLock(store, async (hold) => {
    await store.vault.prepare();
    return work(hold);
  });
}
