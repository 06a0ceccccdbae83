import { BabaError } from "../errors.ts";
import type { Crypto } from "./crypto.ts";
import { KEY_FILE } from "./key-file.ts";
import type { DataKey, Keyring } from "./keyring.ts";
import { otherKeyring } from "./refusals.ts";

/**
 * Makes sure that a keyring comes after the one in whose place it is: who made it knew that one's secret or active key, and it
 * does not go back. A key is retired and given up, and a store is sealed, once and for ever; so an older key file, which
 * whoever has copied it can put back without a key, shows as far as this process has seen what came after it.
 *
 * @param past the keyrings that this process has had open, the newest last, `undefined` where it had none; after none, any comes
 * @throws `BABA_KEYRING`
 */
export function checkSuccession(crypto: Crypto, next: Keyring, past: readonly (Keyring | undefined)[]): void {
  const opened = past.filter((keyring) => keyring !== undefined);
  const known = opened.at(-1);
  if (known === undefined) return;
  if (!isRelated(crypto, next, known)) throw otherKeyring();
  if ((next.converting && !known.converting) || bringsBack(crypto, next, known, opened)) throw olderKeyring();
}

function isRelated(crypto: Crypto, next: Keyring, known: Keyring): boolean {
  if (next.fingerprint(crypto) === known.fingerprint(crypto)) return true;
  return hasKey(crypto, next, known.active) || hasKey(crypto, known, next.active);
}

/** Whether a key seals again that was retired, or is there again that was given up. */
function bringsBack(crypto: Crypto, next: Keyring, known: Keyring, past: readonly Keyring[]): boolean {
  const seen = (key: DataKey) => past.some((keyring) => hasKey(crypto, keyring, key));
  if (!isSame(crypto, next.active, known.active) && seen(next.active)) return true;
  const at = next.keys.findIndex((key) => isSame(crypto, key, known.active));
  // Keys are in the order in which they were made, so that before the active one there is none that is new.
  return next.keys.some((key, i) => i !== at && (i < at ? !hasKey(crypto, known, key) : seen(key)));
}

function hasKey(crypto: Crypto, keyring: Keyring, key: DataKey): boolean {
  return keyring.keys.some((other) => isSame(crypto, other, key));
}

/** Not by the number alone, which may be drawn again once its key was given up. */
function isSame(crypto: Crypto, a: DataKey, b: DataKey): boolean {
  return a.id === b.id && crypto.equal(a.key, b.key);
}

function olderKeyring(): BabaError {
  return new BabaError(
    "BABA_KEYRING",
    `${KEY_FILE}: an older key file was put in its place while the store was open. Nothing was changed. Put the newer one back, ` +
      "or, if you know why the older one is there, close the database and open it again.",
    { record: KEY_FILE },
  );
}
