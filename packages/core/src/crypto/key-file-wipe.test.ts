import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import type { Crypto } from "./crypto.ts";
import { lockKeyring, unlockKeyring } from "./key-file.ts";
import { Keyring } from "./keyring.ts";
import type { IdentityLock } from "./lock.ts";
import { nobleCrypto } from "./noble.ts";
import { NotedSecrets } from "./noted-secrets.fixture.ts";
import { createLock } from "./unlock.ts";

const identity = await generateX25519Identity();
const recipients = [await identityToRecipient(identity)];
const lock: IdentityLock = { kind: "identity", identities: [identity], recipients, fingerprint: undefined };
const passphrase = { kind: "passphrase", passphrase: "x" } as const;
const STORE = { now: 0, converting: false };

const isZero = (bytes: Uint8Array | undefined) => bytes?.every((byte) => byte === 0);

let secrets: NotedSecrets;
beforeEach(() => {
  secrets = new NotedSecrets();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const created = (...recipients: readonly string[]) =>
  Keyring.create(nobleCrypto, { recipients, converting: false, now: 0 });

describe("secrets of a key file", () => {
  test("are overwritten in its payload by lockKeyring() and unlockKeyring()", async () => {
    const serialize = vi.spyOn(Keyring.prototype, "serialize");
    const parse = vi.spyOn(Keyring, "parse");
    const file = await lockKeyring(nobleCrypto, created(...recipients), lock);
    const keyring = await unlockKeyring(nobleCrypto, file, lock);
    expect(keyring.active.key.length).toBe(32);
    expect(serialize.mock.results.map(({ value }) => isZero(value))).toEqual([true]);
    expect(parse.mock.calls.map(([payload]) => isZero(payload))).toEqual([true]);
  });

  test("are overwritten by unlockKeyring() if its fingerprint is not the pinned one", async () => {
    const file = await lockKeyring(nobleCrypto, created(...recipients), lock);
    const pinned = { ...lock, fingerprint: "0".repeat(32) };
    await expect(unlockKeyring(secrets.crypto, file, pinned)).rejects.toMatchObject({ code: "BABA_KEYRING" });
    expect(secrets.count).toBeGreaterThan(0);
    expect(secrets.left()).toEqual([]);
  });

  test("are overwritten in the keys that scrypt derived for lockKeyring() and unlockKeyring()", async () => {
    const file = await lockKeyring(secrets.crypto, created(), passphrase);
    await unlockKeyring(secrets.crypto, file, passphrase);
    expect(secrets.count).toBe(2);
    expect(secrets.left()).toEqual([]);
  });

  test("are overwritten in the keyring of a createLock() that found one made by another process", async () => {
    const files = memoryFileSystem();
    await createLock(nobleCrypto, files, lock, STORE);
    const drawn: Uint8Array[] = [];
    const random: Crypto["random"] = (length) => {
      const bytes = nobleCrypto.random(length);
      if (length === 32) drawn.push(bytes);
      return bytes;
    };
    await createLock({ ...nobleCrypto, random }, files, lock, STORE);
    expect(drawn.map(isZero)).toEqual([true, true]);
  });
});
