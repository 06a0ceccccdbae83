import type { Crypto } from "./crypto.ts";
import { nobleCrypto } from "./noble.ts";

const SECRET_SIZE = 32;
/** Its key is overwritten with random bytes, so that no tag is made with a key that everybody knows. */
const NEVER_ZERO = "baba/1 checkpoint";
const NOTHING = new Uint8Array(0);
const text = new TextDecoder();

/**
 * Cryptography that remembers every secret that went through it, and tells of those that were not overwritten
 * with zeros. Its scrypt is instant.
 */
export class NotedSecrets {
  readonly #noted = new Map<Uint8Array, string>();
  readonly crypto: Crypto = {
    ...nobleCrypto,
    seal: (key, ...rest) => nobleCrypto.seal(this.#note("key of seal()", key), ...rest),
    open: (key, ...rest) => nobleCrypto.open(this.#note("key of open()", key), ...rest),
    encryptBlock: (key, block) => {
      this.#note("key of encryptBlock()", key);
      this.#note("block of encryptBlock()", block);
      return this.#note("result of encryptBlock()", nobleCrypto.encryptBlock(key, block));
    },
    hkdf: (secret, salt, info, length) => {
      const what = text.decode(info);
      if (secret.length === SECRET_SIZE) this.#note(`secret for ${what}`, secret);
      const derived = nobleCrypto.hkdf(secret, salt, info, length);
      return length < SECRET_SIZE || what === NEVER_ZERO ? derived : this.#note(what, derived);
    },
    scrypt: async (password, salt) =>
      this.#note("result of scrypt()", nobleCrypto.hkdf(password, salt, NOTHING, SECRET_SIZE)),
  };

  /** How many different secrets went through it. */
  get count(): number {
    return this.#noted.size;
  }

  /** What the secrets were used for that still have a byte other than zero. */
  left(): readonly string[] {
    return [...this.#noted].filter(([secret]) => secret.some((byte) => byte !== 0)).map(([, what]) => what);
  }

  #note<T extends Uint8Array>(what: string, secret: T): T {
    this.#noted.set(secret, what);
    return secret;
  }
}
