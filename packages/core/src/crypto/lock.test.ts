import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { Decrypter, Encrypter, generateX25519Identity } from "age-encryption";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BabaError } from "../errors.ts";
import { recipientsOf } from "./key-file.ts";
import { checkUnlock, copyOfLock, sameLock, wipeLock } from "./lock.ts";
import { nobleCrypto } from "./noble.ts";

const identity = await generateX25519Identity();
const [recipient = ""] = await recipientsOf([identity]);
const FINGERPRINT = "0123456789abcdef".repeat(2);

function codeOf(options: object): string {
  try {
    checkUnlock(options);
  } catch (error) {
    if (!(error instanceof BabaError)) throw error;
    for (const secret of ["hunter2", identity, identity.slice(0, -1)])
      expect(inspect(error, { depth: 9 })).not.toContain(secret);
    return error.code;
  }
  return "accepted";
}

test("checkUnlock() gives the one way that was chosen", () => {
  const key = new Uint8Array(32).fill(7);
  expect(checkUnlock({ directory: "data" })).toEqual({ kind: "none" });
  expect(checkUnlock({ passphrase: "hunter2" })).toEqual({ kind: "passphrase", passphrase: "hunter2" });
  expect(checkUnlock({ key })).toEqual({ kind: "key", key });
  expect(checkUnlock({ identity })).toEqual({
    kind: "identity",
    identities: [identity],
    recipients: undefined,
    fingerprint: undefined,
  });
  expect(
    checkUnlock({ identity: [identity], recipients: [recipient, recipient], fingerprint: FINGERPRINT }),
  ).toEqual({
    kind: "identity",
    identities: [identity],
    recipients: [recipient],
    fingerprint: FINGERPRINT,
  });
});

test("checkUnlock() copies the key, so that the caller may overwrite it", () => {
  const key = new Uint8Array(32).fill(7);
  const lock = checkUnlock({ key });
  key.fill(0);
  expect(lock).toEqual({ kind: "key", key: new Uint8Array(32).fill(7) });
});

test("checkUnlock() copies a Buffer too, so that closing a store does not wipe the caller's key", () => {
  const given = Buffer.alloc(32, 7);
  const lock = checkUnlock({ key: given });
  if (lock?.kind !== "key") throw new Error("no key");
  wipeLock(copyOfLock(lock));
  expect(lock.key).toEqual(new Uint8Array(32).fill(7));
  wipeLock(lock);
  expect([...given]).toEqual(Array(32).fill(7));
});

test("checkUnlock() takes options from wherever the object has them", () => {
  class Config {
    get passphrase() {
      return "hunter2";
    }
  }
  const inherited: object = Object.create({ passphrase: "hunter2" });
  const hidden = Object.defineProperty({}, "passphrase", { value: "hunter2", enumerable: false });
  for (const options of [new Config(), inherited, hidden])
    expect(checkUnlock(options)).toEqual({ kind: "passphrase", passphrase: "hunter2" });
  expect(codeOf(Object.create({ passphrase: undefined }))).toBe("BABA_KEY_MISSING");
});

test.each([
  { passphrase: undefined },
  { passphrase: "" },
  { passphrase: null },
  { key: undefined },
  { key: new Uint8Array(0) },
  { identity: undefined },
  { identity: "" },
  { identity: [] },
  { identity: [""] },
  { identity: [undefined] },
  { identity, recipients: [] },
  { identity, recipients: undefined },
  { identity, fingerprint: undefined },
  { identity, fingerprint: "" },
  { passphrase: undefined, key: new Uint8Array(32) },
  { passphrase: "hunter2", key: undefined },
])("checkUnlock() says BABA_KEY_MISSING for what is present and empty: %#", (options) => {
  expect(codeOf(options)).toBe("BABA_KEY_MISSING");
});

test.each([
  { passphrase: "hunter2", key: new Uint8Array(32) },
  { passphrase: "hunter2", identity },
  { passphrase: 5 },
  { passphrase: "half\ud800" },
  { key: "hunter2" },
  { key: new Uint8Array(31) },
  { key: [1, 2, 3] },
  { identity: "hunter2" },
  { identity: identity.slice(0, -1) },
  { identity: `${identity.slice(0, -1)}${identity.endsWith("Q") ? "P" : "Q"}` },
  { identity: identity.toLowerCase() },
  { identity: [identity, 5] },
  { identity: {} },
  { identity, recipients: recipient },
  { identity, recipients: [`${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`] },
  { identity, recipients: ["age1pq1xyz"] },
  { identity, recipients: [identity] },
  { identity, fingerprint: "ABC" },
  { recipients: [recipient] },
  { passphrase: "hunter2", recipients: [recipient] },
  { passphrase: "hunter2", fingerprint: FINGERPRINT },
  { fingerprint: FINGERPRINT },
])("checkUnlock() says BABA_OPTION, quoting no secret: %#", (options) => {
  expect(codeOf(options)).toBe("BABA_OPTION");
});

test.each([`${identity}\n`, `# created: 2026-01-31T12:00:00Z\n# public key: ${recipient}\n${identity}\n`])(
  "checkUnlock() says what to give of a whole file that age-keygen made: %#",
  (file) => {
    expect(() => checkUnlock({ identity: file })).toThrow(
      /of a file that age-keygen made, give only that line/,
    );
  },
);

test("checkUnlock() tells who gives a recipient with a line break to leave that out", () => {
  expect(() => checkUnlock({ identity, recipients: [`${recipient}\n`] })).toThrow("a line break");
});

test("sameLock() minds neither the order of identities nor that one is given twice", async () => {
  const other = await generateX25519Identity();
  const lock = (...identities: readonly string[]) => checkUnlock({ identity: identities });
  expect(sameLock(nobleCrypto, lock(identity, other), lock(other, identity, other))).toBe(true);
  expect(sameLock(nobleCrypto, lock(identity, other), lock(identity))).toBe(false);
});

/** A key with some letters replaced by others from its alphabet. */
function slips(key: string, letters: string): fc.Arbitrary<string> {
  const slip = fc.tuple(
    fc.integer({ min: key.length - 58, max: key.length - 1 }),
    fc.constantFrom(...letters),
  );
  return fc
    .array(slip, { maxLength: 3 })
    .map((replaced) => replaced.reduce((text, [at, by]) => text.slice(0, at) + by + text.slice(at + 1), key));
}

function accepted(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

test("checkUnlock() accepts the recipients and identities that age accepts, whatever letter is mistaken", () => {
  const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const verdicts = new Set<boolean>();
  const agree = (byAge: boolean, options: object): void => {
    verdicts.add(byAge);
    expect(codeOf(options) === "accepted").toBe(byAge);
  };
  fc.assert(
    fc.property(slips(recipient, letters), slips(identity, letters.toUpperCase()), (shared, own) => {
      agree(
        accepted(() => new Encrypter().addRecipient(shared)),
        { identity, recipients: [shared] },
      );
      agree(
        accepted(() => new Decrypter().addIdentity(own)),
        { identity: own },
      );
    }),
    { numRuns: 300 },
  );
  expect(verdicts).toEqual(new Set([true, false]));
});
