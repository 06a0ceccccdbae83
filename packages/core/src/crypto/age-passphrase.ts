import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { base64nopad } from "@scure/base";
import type { Identity, Recipient, Stanza } from "age-encryption";
import { BabaError } from "../errors.ts";
import { loadAge } from "./age.ts";
import type { Crypto } from "./crypto.ts";

/** The work factor of scrypt for new key files: N = 2^17, 128 MiB, the least that OWASP recommends. */
export const WORK_FACTOR = 17;
/** The largest work factor that a key file may ask for: 2^20, 1 GiB. */
const LARGEST_WORK_FACTOR = 20;
const SALT_SIZE = 16;
const FILE_KEY_SIZE = 16;
const TYPE = "scrypt";
const LABEL = "age-encryption.org/v1/scrypt";
/** Safe, as every wrapping key is used only once. */
const ZERO_NONCE = new Uint8Array(12);
const utf8 = new TextEncoder();

/**
 * Age's passphrase recipient with the port's scrypt; that of the `age-encryption` package blocks the event
 * loop.
 *
 * @see https://c2sp.org/age#scrypt-recipient-stanza
 */
export function passphraseRecipient(crypto: Crypto, passphrase: string, workFactor: number): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const { Stanza } = await loadAge();
      const salt = crypto.random(SALT_SIZE);
      const key = await wrappingKey(crypto, passphrase, salt, workFactor);
      const body = chacha20poly1305(key, ZERO_NONCE).encrypt(fileKey);
      key.fill(0);
      return [new Stanza([TYPE, base64nopad.encode(salt), String(workFactor)], body)];
    },
  };
}

/** Age's passphrase identity with the port's scrypt. Throws on a hostile stanza before deriving any key. */
export function passphraseIdentity(crypto: Crypto, passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === TYPE);
      if (stanza === undefined) return null;
      if (stanzas.length > 1) throw new Error("a passphrase must be the only lock of a file");
      const { salt, workFactor } = parametersOf(stanza);
      const key = await wrappingKey(crypto, passphrase, salt, workFactor);
      const fileKey = unwrapped(key, stanza.body);
      key.fill(0);
      return fileKey;
    },
  };
}

function parametersOf({ args, body }: Stanza): { salt: Uint8Array; workFactor: number } {
  const [, encodedSalt = "", digits = ""] = args;
  const salt = fromBase64(encodedSalt);
  if (args.length !== 3 || salt?.length !== SALT_SIZE || body.length !== FILE_KEY_SIZE + 16) {
    throw new Error("the passphrase stanza is malformed");
  }
  if (!/^[1-9][0-9]?$/.test(digits) || Number(digits) > LARGEST_WORK_FACTOR) {
    throw new Error(
      `the work factor is not between 1 and ${LARGEST_WORK_FACTOR}, and may be meant to exhaust this machine`,
    );
  }
  return { salt, workFactor: Number(digits) };
}

async function wrappingKey(
  crypto: Crypto,
  passphrase: string,
  salt: Uint8Array,
  workFactor: number,
): Promise<Uint8Array> {
  const labelled = new Uint8Array(LABEL.length + salt.length);
  labelled.set(utf8.encode(LABEL));
  labelled.set(salt, LABEL.length);
  try {
    return await crypto.scrypt(utf8.encode(passphrase), labelled, workFactor);
  } catch (cause) {
    throw notDerived(workFactor, cause);
  }
}

/** Neither the key file nor the passphrase is at fault. */
function notDerived(workFactor: number, cause: unknown): BabaError {
  const mebibytes = Math.max(1, 2 ** (workFactor - 10));
  return new BabaError(
    "BABA_IO",
    `The key could not be derived from the passphrase, which takes ${mebibytes} MiB of memory. Nothing was changed. Free some, or allow ` +
      "this process more, and try again.",
    { cause },
  );
}

function unwrapped(key: Uint8Array, body: Uint8Array): Uint8Array | null {
  try {
    return chacha20poly1305(key, ZERO_NONCE).decrypt(body);
  } catch {
    return null;
  }
}

/** The bytes of a text in the one form that age writes; `undefined` for any other. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64nopad.decode(text);
  } catch {
    return undefined;
  }
}
