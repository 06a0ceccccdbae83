import { readFileSync } from "node:fs";
import { armor } from "age-encryption";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { KEY_FILE } from "../storage/layout.ts";
import { systemError } from "../system-error.ts";
import type { Crypto } from "./crypto.ts";
import {
  codeOf,
  identity,
  mine,
  myRecipient,
  passphrase,
  stranger,
  theirRecipient,
  theirs,
} from "./file-locks.fixture.ts";
import { HELD } from "./held.fixture.ts";
import {
  createKeyFile,
  type FileLock,
  lockKeyring,
  readKeyFile,
  replaceKeyFile,
  unlockKeyring,
} from "./key-file.ts";
import { Keyring } from "./keyring.ts";
import type { IdentityLock } from "./lock.ts";
import { nobleCrypto } from "./noble.ts";
import { unlock } from "./unlock.ts";

/** Cheap, so that many files can be made; there is no lower bound for reading. */
const WORK = 4;
const PATIENCE = 60_000;
const age = (name: string) => readFileSync(new URL(`../../../../vectors/age/${name}`, import.meta.url));
const secrets: { readonly identity: string; readonly passphrase: string } = JSON.parse(
  age("secrets.json").toString(),
);

const fresh = (recipients: readonly string[]) =>
  Keyring.create(nobleCrypto, { recipients, converting: false, now: 0 });

/** An age file for this many recipients, none of whom can open it. */
function fileFor(recipients: number): Uint8Array {
  const unpadded = (bytes: string) => btoa(bytes).replace(/=+$/, "");
  const stanza = `-> X25519 ${unpadded("s".repeat(32))}\n${unpadded("x".repeat(32))}\n`;
  const mac = `--- ${unpadded("m".repeat(32))}\n`;
  return new TextEncoder().encode(`age-encryption.org/v1\n${stanza.repeat(recipients)}${mac}rest`);
}

describe("unlockKeyring()", () => {
  test("opens what lockKeyring() locked by a passphrase, in age's armor", async () => {
    const keyring = fresh([]);
    const file = await lockKeyring(nobleCrypto, keyring, passphrase, WORK);
    expect(new TextDecoder().decode(file)).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect((await unlockKeyring(nobleCrypto, file, passphrase)).serialize()).toEqual(keyring.serialize());
    expect(await codeOf(unlockKeyring(nobleCrypto, file, { ...passphrase, passphrase: "hunter3" }))).toBe(
      "BABA_KEY_WRONG",
    );
  });

  test("opens for each of several recipients, and for nobody else", async () => {
    const keyring = fresh([myRecipient, theirRecipient]);
    const file = await lockKeyring(nobleCrypto, keyring, identity(mine));
    for (const own of [mine, theirs]) {
      expect((await unlockKeyring(nobleCrypto, file, identity(own))).serialize()).toEqual(
        keyring.serialize(),
      );
    }
    expect(await codeOf(unlockKeyring(nobleCrypto, file, identity(stranger)))).toBe("BABA_KEY_WRONG");
  });

  test("says which passphrase or identity to give if the one that was given is wrong", async () => {
    const locked = await lockKeyring(nobleCrypto, fresh([]), passphrase, WORK);
    const shared = await lockKeyring(nobleCrypto, fresh([myRecipient]), identity(mine));
    await expect(unlockKeyring(nobleCrypto, locked, { ...passphrase, passphrase: "x" })).rejects.toThrow(
      /^The passphrase does not open this store\. Nothing was changed\. Give the one that .* changePassphrase/,
    );
    await expect(unlockKeyring(nobleCrypto, shared, identity(stranger))).rejects.toThrow(
      /^None of the identities opens this store: .* Nothing was changed\. Give one .* addRecipient/,
    );
  });

  test("says BABA_KEY_WRONG if the store has the other kind of lock", async () => {
    const [locked, shared] = [
      await lockKeyring(nobleCrypto, fresh([]), passphrase, WORK),
      await lockKeyring(nobleCrypto, fresh([myRecipient]), identity(mine)),
    ];
    expect(await codeOf(unlockKeyring(nobleCrypto, locked, identity(mine)))).toBe("BABA_KEY_WRONG");
    expect(await codeOf(unlockKeyring(nobleCrypto, shared, passphrase))).toBe("BABA_KEY_WRONG");
  });

  test("refuses another keyring for the same recipient if the fingerprint is pinned", async () => {
    const keyring = fresh([myRecipient]);
    const pinned = identity(mine, keyring.fingerprint(nobleCrypto));
    expect(
      await codeOf(unlockKeyring(nobleCrypto, await lockKeyring(nobleCrypto, keyring, pinned), pinned)),
    ).toBe("opened");
    const foisted = await lockKeyring(nobleCrypto, fresh([myRecipient]), identity(mine));
    expect(await codeOf(unlockKeyring(nobleCrypto, foisted, identity(mine)))).toBe("opened");
    expect(await codeOf(unlockKeyring(nobleCrypto, foisted, pinned))).toBe("BABA_KEYRING");
  });

  test("refuses a file over 1 MiB, and one with thousands of recipients", async () => {
    const refused = (size: number) => unlockKeyring(nobleCrypto, new Uint8Array(size).fill(65), passphrase);
    await expect(refused(2 ** 20 + 1)).rejects.toThrow("larger than 1 MiB");
    await expect(refused(2 ** 20)).rejects.toThrow("not an age file");
    expect(await codeOf(unlockKeyring(nobleCrypto, fileFor(5000), identity(mine)))).toBe("BABA_KEYRING");
  });

  test("refuses more than 10,000 trials of identities before the first one, and makes fewer", async () => {
    const many = (count: number): IdentityLock => ({
      ...identity(mine),
      identities: Array.from({ length: count }, () => mine),
    });
    await expect(unlockKeyring(nobleCrypto, fileFor(1000), many(11))).rejects.toMatchObject({
      code: "BABA_KEYRING",
      message: expect.stringContaining("at most 10 identities"),
    });
    expect(await codeOf(unlockKeyring(nobleCrypto, fileFor(101), many(100)))).toBe("BABA_KEYRING");
    for (const [recipients, identities] of [
      [100, 2],
      [2, 100],
    ] as const)
      expect(await codeOf(unlockKeyring(nobleCrypto, fileFor(recipients), many(identities)))).toBe(
        "BABA_KEY_WRONG",
      );
  });

  test("never opens, crashes or hangs on 1,000 random corruptions", { timeout: PATIENCE }, async () => {
    const keyring = fresh([]);
    const locks = [
      { lock: passphrase, file: await lockKeyring(nobleCrypto, keyring, passphrase, WORK) },
      { lock: identity(mine), file: await lockKeyring(nobleCrypto, fresh([myRecipient]), identity(mine)) },
    ].flatMap(({ lock, file }) => [
      { lock, file },
      { lock, file: armor.decode(new TextDecoder().decode(file)) },
    ]);
    // Does not actually use the higher work factors that a corruption may produce.
    const scrypt: Crypto["scrypt"] = (password, salt, work) =>
      nobleCrypto.scrypt(password, salt, Math.min(work, WORK));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...locks),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("change", "cut", "insert"),
        async ({ lock, file }, where, byte, how) => {
          const at = Math.floor(where * file.length);
          const corrupted = [...file];
          if (how === "change") corrupted[at] = (corrupted[at] ?? 0) ^ byte;
          else if (how === "insert") corrupted.splice(at, 0, byte);
          else corrupted.length = at;
          const code = await codeOf(
            unlockKeyring({ ...nobleCrypto, scrypt }, Uint8Array.from(corrupted), lock),
          );
          // White space around the armor, and other line endings, do not count as corruption.
          if (code === "opened") expect(file[0]).toBe("-".charCodeAt(0));
          else expect(code).toMatch(/^BABA_(KEYRING|KEY_WRONG)$/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("opens files that the age command line made, armored and binary", { timeout: PATIENCE }, async () => {
    for (const name of ["identity.age", "identity-binary.age"]) {
      const keyring = await unlockKeyring(nobleCrypto, age(name), identity(secrets.identity));
      expect(Buffer.compare(keyring.serialize(), age("identity.json"))).toBe(0);
    }
    const lock: FileLock = { kind: "passphrase", passphrase: secrets.passphrase };
    const keyring = await unlockKeyring(nobleCrypto, age("passphrase.age"), lock);
    expect(Buffer.compare(keyring.serialize(), age("passphrase.json"))).toBe(0);
  });
});

describe("lockKeyring()", () => {
  test("refuses recipients that leave oneself out", async () => {
    expect(await codeOf(lockKeyring(nobleCrypto, fresh([theirRecipient]), identity(mine)))).toBe(
      "BABA_OPTION",
    );
  });

  test("refuses a recipient whose point is of low order, for which nothing can be locked", async () => {
    const zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z";
    expect(await codeOf(lockKeyring(nobleCrypto, fresh([myRecipient, zero]), identity(mine)))).toBe(
      "BABA_OPTION",
    );
  });

  test("refuses a passphrase for a keyring with recipients", async () => {
    expect(await codeOf(lockKeyring(nobleCrypto, fresh([myRecipient]), passphrase, WORK))).toBe(
      "BABA_OPTION",
    );
  });
});

describe("the key file", () => {
  const bytes = new Uint8Array([1, 2, 3]);

  test("is read by readKeyFile() up to its limit and no further, and a larger one is refused by unlock()", async () => {
    const files = memoryFileSystem();
    await createKeyFile(files, "a", new Uint8Array(3 * 2 ** 20).fill(65));
    const file = await readKeyFile(files);
    expect(file?.length).toBe(2 ** 20 + 1);
    expect(await codeOf(unlock(nobleCrypto, file, passphrase))).toBe("BABA_KEYRING");
    await replaceKeyFile(files, "b", new Uint8Array(2 ** 20).fill(65), HELD.mustHold);
    expect((await readKeyFile(files))?.length).toBe(2 ** 20);
    await replaceKeyFile(files, "c", new Uint8Array(2 ** 16).fill(65), HELD.mustHold);
    expect((await readKeyFile(files))?.length).toBe(2 ** 16);
  });

  test("is BABA_NOT_A_RECORD to readKeyFile() if a folder has its place", async () => {
    const files = memoryFileSystem();
    await files.makeFolder(KEY_FILE);
    expect(await codeOf(readKeyFile(files))).toBe("BABA_NOT_A_RECORD");
  });

  test("is BABA_IO to readKeyFile() if what is behind its beginning cannot be read", async () => {
    const files = withCalls(memoryFileSystem(), {
      readRange: async (path, _, length) => {
        if (length > 2 ** 16) throw systemError("EIO", "i/o error", path);
        return new Uint8Array(length);
      },
    });
    expect(await codeOf(readKeyFile(files))).toBe("BABA_IO");
  });

  test("is created once by createKeyFile(), and never overwritten by a second call", async () => {
    const files = memoryFileSystem();
    expect(await createKeyFile(files, "a", bytes)).toBe(true);
    expect(await createKeyFile(files, "b", new Uint8Array([9]))).toBe(false);
    expect(await readKeyFile(files)).toEqual(bytes);
    expect(await files.list(".baba/tmp")).toEqual([]);
  });

  test("is replaced at one instant by replaceKeyFile(): a failed write leaves the old one and no leftover", async () => {
    const files = memoryFileSystem();
    await createKeyFile(files, "a", bytes);
    const steps: string[] = [];
    const failing = new Proxy(files, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...parameters: unknown[]) => {
          steps.push(String(name));
          if (name === "sync") throw Object.assign(new Error("EIO"), { code: "EIO" });
          return Reflect.apply(method, target, parameters);
        };
      },
    });
    expect(await codeOf(replaceKeyFile(failing, "b", new Uint8Array([9]), HELD.mustHold))).toBe("BABA_IO");
    expect(steps).not.toContain("rename");
    expect(await readKeyFile(files)).toEqual(bytes);
    expect(await files.list(".baba/tmp")).toEqual([]);
    await replaceKeyFile(files, "c", new Uint8Array([9]), HELD.mustHold);
    expect(await readKeyFile(files)).toEqual(new Uint8Array([9]));
  });

  test("is synced by replaceKeyFile() before it is in its place, and its folder after", async () => {
    const files = memoryFileSystem();
    await files.makeFolder(".baba/tmp");
    const steps: string[] = [];
    const watched = new Proxy(files, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...parameters: unknown[]) => {
          steps.push(String(name));
          return Reflect.apply(method, target, parameters);
        };
      },
    });
    await replaceKeyFile(watched, "a", bytes, HELD.mustHold);
    expect(steps).toEqual(["makeFolder", "create", "sync", "rename", "syncFolders", "remove"]);
  });
});
