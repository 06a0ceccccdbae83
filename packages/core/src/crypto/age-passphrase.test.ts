import { describe, expect, test } from "vitest";
import type { Crypto } from "./crypto.ts";
import { lockKeyring, unlockKeyring } from "./key-file.ts";
import { Keyring } from "./keyring.ts";
import { nobleCrypto } from "./noble.ts";

const unpadded = (bytes: string) => btoa(bytes).replace(/=+$/, "");
const BODY = unpadded("x".repeat(32));
const OTHER = `-> X25519 ${unpadded("s".repeat(32))}\n${BODY}\n`;

/** An age file that is locked by a passphrase with this work factor, and by further stanzas. */
function fileOf(workFactor: string, others = ""): Uint8Array {
  const scrypt = `-> scrypt ${unpadded("0".repeat(16))} ${workFactor}\n${BODY}\n`;
  const mac = `--- ${unpadded("m".repeat(32))}\n`;
  return new TextEncoder().encode(`age-encryption.org/v1\n${scrypt}${others}${mac}${"n".repeat(100)}`);
}

/** How opening the file ends, and with which work factors keys were derived for that. */
async function attempt(file: Uint8Array): Promise<{ error: unknown; derived: readonly number[] }> {
  const derived: number[] = [];
  const scrypt: Crypto["scrypt"] = async (_password, _salt, workFactor) => {
    derived.push(workFactor);
    return new Uint8Array(32);
  };
  const opening = unlockKeyring({ ...nobleCrypto, scrypt }, file, { kind: "passphrase", passphrase: "x" });
  const error: unknown = await opening.catch((thrown: unknown) => thrown);
  return { error, derived };
}

test.each(["21", "30", "99", "100", "0", "07", "-1", "1e1"])(
  "passphraseIdentity() refuses a work factor of %s before it derives anything",
  async (digits) => {
    expect(await attempt(fileOf(digits))).toMatchObject({ error: { code: "BABA_KEYRING" }, derived: [] });
  },
);

test.each(["1", "17", "20"])("passphraseIdentity() tries a work factor of %s", async (digits) => {
  expect(await attempt(fileOf(digits))).toMatchObject({
    error: { code: "BABA_KEY_WRONG" },
    derived: [Number(digits)],
  });
});

test("passphraseIdentity() refuses a file with a further lock before it derives anything", async () => {
  for (const others of [OTHER, OTHER.repeat(2)]) {
    const { error, derived } = await attempt(fileOf("17", others));
    expect(error).toMatchObject({
      code: "BABA_KEYRING",
      message: expect.stringContaining("must be the only lock"),
    });
    expect(derived).toEqual([]);
  }
});

describe("lockKeyring() and unlockKeyring()", () => {
  const cause = Object.assign(new RangeError("Invalid scrypt params: memory limit exceeded"), {
    code: "ERR_CRYPTO_INVALID_SCRYPT_PARAMS",
  });
  const passphrase = { kind: "passphrase", passphrase: "x" } as const;
  const keyring = Keyring.create(nobleCrypto, { recipients: [], converting: false, now: 0 });

  test.each<[string, Crypto["scrypt"]]>([
    ["rejects", async () => Promise.reject(cause)],
    [
      "throws at once",
      () => {
        throw cause;
      },
    ],
  ])("say BABA_IO with the memory that scrypt takes if it %s", async (_, scrypt) => {
    const poor = { ...nobleCrypto, scrypt };
    const failure = (memory: string) => ({
      code: "BABA_IO",
      message: expect.stringContaining(`takes ${memory} MiB of memory`),
      cause,
    });
    await expect(lockKeyring(poor, keyring, passphrase)).rejects.toMatchObject(failure("128"));
    for (const [workFactor, memory] of [
      ["20", "1024"],
      ["17", "128"],
      ["4", "1"],
    ] as const)
      await expect(unlockKeyring(poor, fileOf(workFactor), passphrase)).rejects.toMatchObject(
        failure(memory),
      );
  });
});
