import { createDecipheriv } from "node:crypto";
import { type Crypto, TAG_SIZE } from "../crypto/crypto.ts";

/** An adapter with one fault: some functions replaced, the rest left correct. */
export type CryptoFault = (sound: Crypto) => Partial<Crypto>;

/** Each fault, and part of the name of a test that must find it. */
type Faults = Readonly<Record<string, readonly [finder: string, fault: CryptoFault]>>;

const FORGERIES = "open() gives undefined for every flipped bit";
const ARGUMENTS = "keep and change none of their arguments";
const OWN = "gives results of their own";
const LENGTHS = "of another length with a RangeError";
const VIEWS = "views into larger buffers";
const NOTHING = new Uint8Array(0);

const CIPHER_FAULTS: Faults = {
  "seal() puts the tag first": [
    "every applicable vector of Wycheproof",
    (sound) => ({
      seal: (...inputs) => {
        const sealed = sound.seal(...inputs);
        return Uint8Array.from([...sealed.subarray(-TAG_SIZE), ...sealed.subarray(0, -TAG_SIZE)]);
      },
    }),
  ],
  "seal() leaves out the aad": [
    "every applicable vector of Wycheproof",
    (sound) => ({ seal: (key, nonce, _aad, plaintext) => sound.seal(key, nonce, NOTHING, plaintext) }),
  ],
  "seal() takes the whole buffer of a view": [
    VIEWS,
    (sound) => ({
      seal: (key, nonce, aad, text) => sound.seal(key, nonce, aad, new Uint8Array(text.buffer)),
    }),
  ],
  "open() takes the whole buffer of a view": [
    VIEWS,
    (sound) => ({
      open: (key, nonce, aad, sealed) => sound.open(key, nonce, aad, new Uint8Array(sealed.buffer)),
    }),
  ],
  "open() takes an empty message for a forgery": [
    VIEWS,
    (sound) => ({
      open: (...inputs) => {
        const opened = sound.open(...inputs);
        return opened?.length === 0 ? undefined : opened;
      },
    }),
  ],
  "open() looks at no tag": [FORGERIES, () => ({ open: decrypt })],
  "open() looks at half of the tag": [FORGERIES, (sound) => ({ open: openByHalfATag(sound) })],
  "open() throws for a forgery": [
    FORGERIES,
    (sound) => ({
      open: (...inputs) => {
        const opened = sound.open(...inputs);
        if (opened === undefined) throw new Error("forged");
        return opened;
      },
    }),
  ],
  "seal() wipes the plaintext": [
    ARGUMENTS,
    (sound) => ({
      seal: (key, nonce, aad, plaintext) => {
        const sealed = sound.seal(key, nonce, aad, plaintext);
        plaintext.fill(0);
        return sealed;
      },
    }),
  ],
  "open() decrypts in place": [
    ARGUMENTS,
    (sound) => ({
      open: (key, nonce, aad, sealed) => {
        const opened = sound.open(key, nonce, aad, sealed);
        if (opened !== undefined) sealed.set(opened);
        return opened;
      },
    }),
  ],
  "encryptBlock() encrypts in place": [
    ARGUMENTS,
    (sound) => ({
      encryptBlock: (key, block) => {
        block.set(sound.encryptBlock(key, block));
        return new Uint8Array(block);
      },
    }),
  ],
  "seal() gives one buffer to all": [OWN, (sound) => ({ seal: inOneBuffer(sound.seal) })],
  "open() gives one buffer to all": [
    OWN,
    (sound) => {
      const shared = inOneBuffer((opened: Uint8Array) => opened);
      return {
        open: (...inputs) => {
          const opened = sound.open(...inputs);
          return opened && shared(opened);
        },
      };
    },
  ],
  "encryptBlock() gives one buffer to all": [
    OWN,
    (sound) => ({ encryptBlock: inOneBuffer(sound.encryptBlock) }),
  ],
  "seal() fills up a short key": [
    LENGTHS,
    (sound) => ({ seal: (key, ...others) => sound.seal(resized(key, 32), ...others) }),
  ],
  "open() fills up a short nonce": [
    LENGTHS,
    (sound) => ({ open: (key, nonce, ...others) => sound.open(key, resized(nonce, 12), ...others) }),
  ],
  "encryptBlock() fills up a short block": [
    LENGTHS,
    (sound) => ({ encryptBlock: (key, block) => sound.encryptBlock(key, resized(block, 16)) }),
  ],
  "seal() quotes a key that it refuses": [
    LENGTHS,
    (sound) => ({
      seal: (key, ...others) => {
        if (key.length !== 32) throw new RangeError(`not a key: ${key}`);
        return sound.seal(key, ...others);
      },
    }),
  ],
  "encryptBlock() uses half of the key": [
    "agrees with FIPS 197",
    (sound) => ({
      encryptBlock: (key, block) =>
        sound.encryptBlock(
          Uint8Array.from(key, (byte, i) => (i < 16 ? byte : 0)),
          block,
        ),
    }),
  ],
  "encryptBlock() forgets the padding of a mode": [
    "agrees with FIPS 197",
    (sound) => ({ encryptBlock: (key, block) => resized(sound.encryptBlock(key, block), 32) }),
  ],
  "encryptBlock() gives the block": [
    "XAES-256-GCM agrees with its published vectors",
    () => ({ encryptBlock: (_key, block) => new Uint8Array(block) }),
  ],
  "seal() cuts off what is long": [
    "accumulated vector",
    (sound) => ({
      seal: (key, nonce, aad, text) => sound.seal(key, nonce, aad, text.subarray(0, 254)),
    }),
  ],
};

const DERIVATION_FAULTS: Faults = {
  "hkdf() leaves out the salt": [
    "RFC 5869",
    (sound) => ({ hkdf: (secret, _salt, info, length) => sound.hkdf(secret, NOTHING, info, length) }),
  ],
  "hkdf() leaves out the info": [
    "RFC 5869",
    (sound) => ({ hkdf: (secret, salt, _info, length) => sound.hkdf(secret, salt, NOTHING, length) }),
  ],
  "hkdf() expands no further than one hash": [
    "RFC 5869",
    (sound) => ({
      hkdf: (secret, salt, info, length) =>
        resized(sound.hkdf(secret, salt, info, Math.min(32, length)), length),
    }),
  ],
  "hkdf() refuses an empty secret": [
    "hkdf() takes empty secrets",
    (sound) => ({
      hkdf: (secret, ...others) => {
        if (secret.length === 0) throw new RangeError("no secret");
        return sound.hkdf(secret, ...others);
      },
    }),
  ],
  "hkdf() takes the beginning of a long secret": [
    "hkdf() takes empty secrets",
    (sound) => ({ hkdf: (secret, ...others) => sound.hkdf(secret.subarray(0, 65_536), ...others) }),
  ],
  "hkdf() gives one buffer to all": [OWN, (sound) => ({ hkdf: inOneBuffer(sound.hkdf) })],
  "scrypt() does half of the work": [
    "scrypt() agrees",
    (sound) => ({ scrypt: (password, salt, factor) => sound.scrypt(password, salt, factor - 1) }),
  ],
  "scrypt() leaves out the salt": [
    "scrypt() agrees",
    (sound) => ({ scrypt: (password, _salt, factor) => sound.scrypt(password, NOTHING, factor) }),
  ],
  "random() repeats itself": [
    "random() gives new bytes",
    () => ({ random: (length) => new Uint8Array(length).fill(7) }),
  ],
  "random() fills the first 65,536 bytes alone": [
    "random() gives new bytes",
    (sound) => ({ random: (length) => resized(sound.random(Math.min(length, 65_536)), length) }),
  ],
  "random() repeats its first 65,536 bytes": [
    "random() gives new bytes",
    (sound) => ({
      random: (length) => {
        const piece = sound.random(Math.min(length, 65_536));
        return Uint8Array.from({ length }, (_, i) => piece[i % 65_536] ?? 0);
      },
    }),
  ],
  "random() gives one buffer to all": [OWN, (sound) => ({ random: inOneBuffer(sound.random) })],
  "equal() compares the first bytes": [
    "equal() compares",
    (sound) => ({ equal: (a, b) => sound.equal(a.subarray(0, 15), b.subarray(0, 15)) }),
  ],
  "equal() takes a beginning for the whole": [
    "equal() compares",
    (sound) => ({ equal: (a, b) => sound.equal(a.subarray(0, b.length), b) }),
  ],
  "equal() compares no bits but the lowest": [
    "equal() compares",
    () => ({
      equal: (a, b) => a.length === b.length && a.every((byte, i) => ((byte ^ (b[i] ?? 0)) & 1) === 0),
    }),
  ],
  "equal() throws for different lengths": [
    "equal() compares",
    (sound) => ({
      equal: (a, b) => {
        if (a.length !== b.length) throw new RangeError("lengths");
        return sound.equal(a, b);
      },
    }),
  ],
};

/** The faults of every function. */
export const CRYPTO_FAULTS: Faults = { ...CIPHER_FAULTS, ...DERIVATION_FAULTS };

/** Decrypts without looking at the tag. */
function decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array) {
  if (sealed.length < TAG_SIZE) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(aad);
  return new Uint8Array(decipher.update(sealed.subarray(0, -TAG_SIZE)));
}

/** Opens what has the first half of the tag that it should have. */
function openByHalfATag(sound: Crypto): Crypto["open"] {
  return (key, nonce, aad, sealed) => {
    const plaintext = decrypt(key, nonce, aad, sealed);
    if (plaintext === undefined) return undefined;
    const right = sound.seal(key, nonce, aad, plaintext).subarray(0, -TAG_SIZE / 2);
    return sound.equal(right, sealed.subarray(0, -TAG_SIZE / 2)) ? plaintext : undefined;
  };
}

/** A function whose results all lie in one buffer, so that each overwrites the last. */
function inOneBuffer<T extends readonly unknown[]>(
  work: (...inputs: T) => Uint8Array,
): (...inputs: T) => Uint8Array<ArrayBuffer> {
  const shared = new Uint8Array(2_000_000);
  return (...inputs) => {
    const result = work(...inputs);
    shared.set(result);
    return shared.subarray(0, result.length);
  };
}

function resized(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, length));
  return result;
}
