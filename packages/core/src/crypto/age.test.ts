import { afterEach, describe, expect, test, vi } from "vitest";
import { generateIdentity, recipientOf } from "./identities.ts";
import { type FileLock, lockKeyring, unlockKeyring } from "./key-file.ts";
import { Keyring } from "./keyring.ts";
import { nobleCrypto } from "./noble.ts";

const WORK = 4;
const identity = await generateIdentity();
const recipients = [await recipientOf(identity)];
const locks: readonly FileLock[] = [
  { kind: "passphrase", passphrase: "x" },
  { kind: "identity", identities: [identity], recipients, fingerprint: undefined },
];
const stores = await Promise.all(
  locks.map(async (lock) => {
    const keyring = Keyring.create(nobleCrypto, {
      recipients: lock.kind === "identity" ? recipients : [],
      converting: false,
      now: 0,
    });
    return { lock, keyring, file: await lockKeyring(nobleCrypto, keyring, lock, WORK) };
  }),
);

/** Everything that needs age. */
const uses = [
  generateIdentity,
  () => recipientOf(identity),
  ...stores.flatMap(({ lock, keyring, file }) => [
    () => lockKeyring(nobleCrypto, keyring, lock, WORK),
    () => unlockKeyring(nobleCrypto, file, lock),
  ]),
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("loadAge()", () => {
  test("leaves everything that needs age to work if nothing is missing", async () => {
    for (const use of uses) await use();
  });

  test.each(["Response", "ReadableStream", "TransformStream"])(
    "says BABA_IO and that %s is missing, and blames neither key file nor recipients",
    async (name) => {
      vi.stubGlobal(name, undefined);
      for (const use of uses)
        await expect(use()).rejects.toMatchObject({
          code: "BABA_IO",
          message: expect.stringContaining(`lacks, the global ${name}.`),
        });
    },
  );

  test("says the same of a crypto that is missing, or has no subtle", async () => {
    for (const lacking of [undefined, {}]) {
      vi.stubGlobal("crypto", lacking);
      for (const use of uses)
        await expect(use()).rejects.toMatchObject({
          code: "BABA_IO",
          message: expect.stringContaining("lacks, the global crypto.subtle."),
        });
    }
  });

  test("says BABA_CODEC without WebAssembly, and does not look at Response, whose getter would end a process", async () => {
    const looked = vi.fn();
    const own = Object.getOwnPropertyDescriptor(globalThis, "Response") ?? {};
    vi.stubGlobal("WebAssembly", undefined);
    // The codec has not started yet.
    vi.resetModules();
    const { loadAge } = await import("./age.ts");
    Object.defineProperty(globalThis, "Response", { configurable: true, get: looked });
    try {
      await expect(loadAge()).rejects.toMatchObject({ code: "BABA_CODEC" });
    } finally {
      Object.defineProperty(globalThis, "Response", own);
    }
    expect(looked).not.toHaveBeenCalled();
  });
});
