import { bech32 } from "@scure/base";
import { isBytes } from "../bytes.ts";
import { BabaError, optionError } from "../errors.ts";
import { type Crypto, KEY_SIZE } from "./crypto.ts";

type Absent<Name extends string> = { readonly [N in Name]?: never };

/**
 * How a database is unlocked: not at all, with records stored in plain; by a passphrase; by age identities,
 * for one person or a team; or by 32 raw bytes. An option that is given but `undefined` causes
 * `BABA_KEY_MISSING` in the constructor, so that an unset environment variable never makes a plain store.
 */
export type Unlock =
  | Absent<"passphrase" | "identity" | "recipients" | "fingerprint" | "key">
  | (Absent<"identity" | "recipients" | "fingerprint" | "key"> & {
      /** Opens the store's key file, or locks that of a new store. */
      readonly passphrase: string | undefined;
    })
  | (Absent<"passphrase" | "key"> & {
      /** One or more age identities (`AGE-SECRET-KEY-1...`), one of which opens the store's key file. */
      readonly identity: string | readonly string[] | undefined;
      /** Who can open a new store's key file (`age1...`), including yourself; by default only you. */
      readonly recipients?: readonly string[];
      /** The database's `fingerprint`, as you noted it: a key file that someone else put there is refused. */
      readonly fingerprint?: string;
    })
  | (Absent<"passphrase" | "identity" | "recipients" | "fingerprint"> & {
      /** 32 bytes, from which all keys are derived; there is no key file. */
      readonly key: Uint8Array | undefined;
    });

/** The chosen way to unlock, checked. */
export type Lock =
  | { readonly kind: "none" }
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | IdentityLock
  | { readonly kind: "key"; readonly key: Uint8Array };

/** Age identities, and the conditions under which they are used. */
export type IdentityLock = {
  readonly kind: "identity";
  readonly identities: readonly string[];
  /** The recipients of a new store; `undefined` for those of the identities. */
  readonly recipients: readonly string[] | undefined;
  readonly fingerprint: string | undefined;
};

/** The syntax of an X25519 recipient, without its checksum. */
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;
const IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;
const FINGERPRINT = /^[0-9a-f]{32}$/;
const WAYS = ["passphrase", "identity", "key"] as const;
/** The options that say how a store is unlocked. */
export const UNLOCK_OPTIONS: readonly string[] = [
  "passphrase",
  "identity",
  "recipients",
  "fingerprint",
  "key",
];
const MOST_IDENTITIES = 100;
/** Opening the key file takes an X25519 operation per recipient and identity. */
export const MOST_RECIPIENTS = 1000;
const utf8 = new TextEncoder();

/**
 * Extracts the way to unlock from a database's options. Errors never contain their values.
 *
 * @throws `BABA_KEY_MISSING` if an option is present and `undefined` or empty, `BABA_OPTION` if two ways are
 * given at once or a value is of the wrong kind
 * @example
 * ```ts
 * import { checkUnlock } from "@baba/core/crypto";
 * console.log(checkUnlock({ passphrase: "correct horse battery staple" }).kind); // passphrase
 * console.log(checkUnlock({}).kind); // none
 * ```
 */
export function checkUnlock(options: object): Lock {
  const given = optionsIn(options, UNLOCK_OPTIONS);
  const ways = WAYS.filter((name) => name in given);
  for (const name of ways) mustBeGiven(name, given[name]);
  if (ways.length > 1)
    throw optionError(`Give only one of ${WAYS.join(", ")}, not ${ways.join(" and ")} together.`);
  for (const name of ["recipients", "fingerprint"]) {
    if (name in given && ways[0] !== "identity")
      throw optionError(`The option ${name} works only together with identity.`);
  }
  switch (ways[0]) {
    case "passphrase":
      return { kind: "passphrase", passphrase: checkPassphrase(given.passphrase) };
    case "identity":
      return checkIdentity(given);
    case "key":
      return { kind: "key", key: checkKey(given.key) };
    default:
      return { kind: "none" };
  }
}

/** @throws `BABA_KEY_MISSING` if a given option has no value or an empty one */
export function mustBeGiven(name: string, value: unknown): void {
  if (isMissing(value)) throw missing(name);
}

/** The given options, also inherited ones: an inherited key must not be ignored and make a plain store. */
export function optionsIn(options: object, names: readonly string[]): Readonly<Record<string, unknown>> {
  const given = names.filter((name) => name in options);
  return Object.fromEntries(given.map((name): [string, unknown] => [name, Reflect.get(options, name)]));
}

/**
 * Checks recipients and removes duplicates.
 *
 * @throws `BABA_KEY_MISSING` if there is none, `BABA_OPTION` if one is not an X25519 recipient or there are
 * more than 1,000
 * @example
 * ```ts
 * import { generateIdentity, recipientOf } from "@baba/core";
 * import { checkRecipients } from "@baba/core/crypto";
 * const recipient = await recipientOf(await generateIdentity());
 * console.log(checkRecipients([recipient, recipient]).length); // 1
 * ```
 */
export function checkRecipients(value: unknown): readonly string[] {
  if (isMissing(value)) throw missing("recipients");
  if (!Array.isArray(value))
    throw optionError("The option recipients must be an array of age recipients (age1...).");
  const recipients = new Set(value.map(checkRecipient));
  if (recipients.size > MOST_RECIPIENTS) throw tooManyRecipients();
  return [...recipients];
}

/** The error for more recipients than a key file may have. */
export function tooManyRecipients(): BabaError {
  return optionError(
    `A store has at most ${MOST_RECIPIENTS} recipients. Remove some, or let several people share one identity.`,
  );
}

/** Whether both open a store in the same way, ignoring what only matters for creating one. */
export function sameLock(crypto: Crypto, a: Lock, b: Lock): boolean {
  if (a.kind === "passphrase" && b.kind === "passphrase")
    return crypto.equal(utf8.encode(a.passphrase), utf8.encode(b.passphrase));
  if (a.kind === "identity" && b.kind === "identity") {
    const [mine, theirs] = [a, b].map(({ identities }) =>
      utf8.encode([...new Set(identities)].sort().join()),
    );
    return mine !== undefined && theirs !== undefined && crypto.equal(mine, theirs);
  }
  if (a.kind === "key" && b.kind === "key") return crypto.equal(a.key, b.key);
  return a.kind === b.kind;
}

/** A copy of a lock, with its own key bytes, which can be wiped. */
export function copyOfLock(lock: Lock): Lock {
  return lock.kind === "key" ? { kind: "key", key: new Uint8Array(lock.key) } : lock;
}

/** Overwrites the secrets that can be overwritten. */
export function wipeLock(lock: Lock): void {
  if (lock.kind === "key") lock.key.fill(0);
}

function checkRecipient(value: unknown): string {
  if (typeof value !== "string" || !RECIPIENT.test(value) || !isChecked(value))
    throw optionError(
      "A recipient must be an age X25519 recipient: age1 and 58 letters and digits, without typing errors and without a line break.",
    );
  return value;
}

/** @throws `BABA_KEY_MISSING` if it is empty, `BABA_OPTION` if it is not a valid string */
export function checkPassphrase(value: unknown): string {
  if (isMissing(value)) throw missing("passphrase");
  if (typeof value !== "string") throw optionError("The option passphrase must be a string.");
  if (/\p{Surrogate}/u.test(value))
    throw optionError("The passphrase contains half a surrogate pair, which is not a character.");
  return value;
}

function checkIdentity(given: Readonly<Record<string, unknown>>): Lock {
  if (isMissing(given.identity)) throw missing("identity");
  const identities: readonly unknown[] = Array.isArray(given.identity) ? given.identity : [given.identity];
  if (identities.length > MOST_IDENTITIES)
    throw optionError(`The option identity takes at most ${MOST_IDENTITIES} identities.`);
  return {
    kind: "identity",
    identities: identities.map(checkOneIdentity),
    recipients: "recipients" in given ? checkRecipients(given.recipients) : undefined,
    fingerprint: "fingerprint" in given ? checkFingerprint(given.fingerprint) : undefined,
  };
}

function checkOneIdentity(value: unknown): string {
  if (isMissing(value)) throw missing("identity");
  if (typeof value !== "string" || !IDENTITY.test(value) || !isChecked(value))
    throw optionError(
      "An identity must be an age X25519 identity: AGE-SECRET-KEY-1 and 58 letters and digits, without typing errors and without " +
        "anything before or after it; of a file that age-keygen made, give only that line, without its end.",
    );
  return value;
}

function checkFingerprint(value: unknown): string {
  if (isMissing(value)) throw missing("fingerprint");
  if (typeof value !== "string" || !FINGERPRINT.test(value)) {
    throw optionError(
      "The option fingerprint must be 32 lower-case hexadecimal digits, as in db.fingerprint.",
    );
  }
  return value;
}

function checkKey(value: unknown): Uint8Array {
  if (isMissing(value)) throw missing("key");
  if (!isBytes(value) || value.length !== KEY_SIZE) {
    throw optionError(`The option key must be a Uint8Array of ${KEY_SIZE} bytes.`);
  }
  // Not `slice()`: a Buffer's shares its bytes, and this copy is wiped when the store is closed.
  return new Uint8Array(value);
}

/** Whether it is 32 bytes with a valid checksum (BIP 173), without loading age, which takes far longer. */
function isChecked(key: string): boolean {
  const decoded = bech32.decodeUnsafe(key);
  const bytes = decoded && bech32.fromWordsUnsafe(decoded.words);
  return bytes instanceof Uint8Array && bytes.length === KEY_SIZE;
}

function isMissing(value: unknown): boolean {
  const empty =
    typeof value === "string" || Array.isArray(value) || isBytes(value) ? value.length === 0 : false;
  return value === undefined || value === null || empty;
}

function missing(name: string): BabaError {
  return new BabaError(
    "BABA_KEY_MISSING",
    `The option ${name} is given, but empty: set it (is an environment variable missing?), or leave the option out.`,
  );
}
