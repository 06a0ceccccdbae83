import { BabaError } from "../errors.ts";
import { KEY_FILE } from "../storage/layout.ts";
import type { Crypto } from "./crypto.ts";
import type { DataKey, Keyring } from "./keyring.ts";
import { otherKeyring } from "./refusals.ts";

/**
 * Makes sure that a keyring is a successor of the one it replaces: its maker knew that one's secret or active
 * key, and nothing is rolled back. Retired and dropped keys, and sealed stores, stay so for good; so an old
 * copy of the key file, which anyone can put back without a key, is detected as far as this process has seen
 * later ones.
 *
 * @param past the keyrings that this process has had open, newest last, `undefined` for none; after none, any
 * is accepted
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

/** Whether a retired key is active again, or a dropped one is back. */
function bringsBack(crypto: Crypto, next: Keyring, known: Keyring, past: readonly Keyring[]): boolean {
  const seen = (key: DataKey) => past.some((keyring) => hasKey(crypto, keyring, key));
  if (!isSame(crypto, next.active, known.active) && seen(next.active)) return true;
  const at = next.keys.findIndex((key) => isSame(crypto, key, known.active));
  // Keys are in order of creation, so there can be no new key before the active one.
  return next.keys.some((key, i) => i !== at && (i < at ? !hasKey(crypto, known, key) : seen(key)));
}

function hasKey(crypto: Crypto, keyring: Keyring, key: DataKey): boolean {
  return keyring.keys.some((other) => isSame(crypto, other, key));
}

/** Not by the id alone, which may be drawn again once its key was dropped. */
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
