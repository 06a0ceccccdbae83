import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { KEY_FILE } from "../storage/layout.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { HELD } from "./held.fixture.ts";
import { readKeyFile } from "./key-file.ts";
import type { Lock } from "./lock.ts";
import { nobleCrypto } from "./noble.ts";
import { NotedSecrets } from "./noted-secrets.fixture.ts";
import { StoreKeys } from "./store-keys.ts";
import { Vault } from "./vault.ts";

const NAME = "1.baba";
const NOTHING = new Uint8Array(0);
const PAYLOAD = new TextEncoder().encode('{"id":1}');
const identity = await generateX25519Identity();
const recipients = [await identityToRecipient(identity)];
const LOCK: Lock = { kind: "identity", identities: [identity], recipients, fingerprint: undefined };
const { compression } = memoryRuntime();

let files: FileSystem;
let secrets: NotedSecrets;
beforeEach(() => {
  files = memoryFileSystem();
  secrets = new NotedSecrets();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function opened(lock: Lock): Promise<Vault> {
  const { crypto } = secrets;
  const vault = new Vault(files, lock, { crypto, compression, now: () => 0, breathe: () => undefined });
  await vault.open();
  return vault;
}

/** Uses all keys of a store: those of records, of the journal, and the keyring's secret. */
async function use(vault: Vault): Promise<void> {
  expect(vault.fingerprint === undefined).toBe(vault.lockKind === "key");
  const kept = (await vault.seal(new Map([[NAME, PAYLOAD]]))).get(NAME);
  expect(await vault.revealing()([NAME], [kept])).toEqual([PAYLOAD]);
  const body = vault.journal?.sealBody(NOTHING, PAYLOAD) ?? NOTHING;
  expect(vault.journal?.openBody(NOTHING, body)).toEqual(PAYLOAD);
}

describe("Vault.close()", () => {
  test("leaves no key of the current keyring or of earlier ones in memory", async () => {
    const vault = await opened(LOCK);
    await vault.prepare();
    await use(vault);
    await vault.rewrite((keyring, crypto) => keyring.rotated(crypto, 0), HELD);
    await vault.rewrite((keyring, crypto) => keyring.withNewSecret(crypto), HELD);
    await use(vault);
    expect(secrets.left()).not.toEqual([]);
    vault.close();
    expect(secrets.left()).toEqual([]);
  });

  test("leaves no key of a keyring that was still being opened in memory", async () => {
    const vault = await opened(LOCK);
    const context = { crypto: nobleCrypto, compression, now: () => 0, breathe: () => undefined };
    const other = new Vault(files, LOCK, context);
    await other.open();
    await other.prepare();
    const refreshing = vault.refresh();
    vault.close();
    await refreshing;
    expect(secrets.left()).toEqual([]);
  });

  test("leaves neither the raw key nor what is derived from it in memory", async () => {
    const vault = await opened({ kind: "key", key: new Uint8Array(32).fill(7) });
    await use(vault);
    expect(secrets.left()).not.toEqual([]);
    vault.close();
    expect(secrets.left()).toEqual([]);
  });

  test("leaves no key of a keyring that refresh() refused in memory", async () => {
    const vault = await opened(LOCK);
    await vault.prepare();
    const bytes = (await readKeyFile(files)) ?? NOTHING;
    await vault.rewrite((keyring, crypto) => keyring.rotated(crypto, 0), HELD);
    await files.remove([KEY_FILE]);
    await files.create([{ path: KEY_FILE, bytes }]);
    const before = secrets.count;
    await expect(vault.refresh()).rejects.toMatchObject({ code: "BABA_KEYRING" });
    expect(secrets.count).toBeGreaterThan(before);
    vault.close();
    expect(secrets.left()).toEqual([]);
  });

  test("leaves no key in memory of keyrings that were let go as later ones have all their keys", async () => {
    const vault = await opened(LOCK);
    await vault.prepare();
    const other = await opened(LOCK);
    for (const holder of [vault, other, vault]) {
      await use(vault);
      await holder.rewrite((keyring, crypto) => keyring.rotated(crypto, 0).withNewSecret(crypto), HELD);
      await vault.refresh();
    }
    await use(vault);
    const wiped = vi.spyOn(StoreKeys.prototype, "wipe");
    vault.close();
    expect(wiped).toHaveBeenCalledTimes(1);
    other.close();
    expect(secrets.left()).toEqual([]);
  });

  test("ends what was begun with keys of a keyring that was let go", async () => {
    const vault = await opened(LOCK);
    await vault.prepare();
    const kept = (await vault.seal(new Map([[NAME, PAYLOAD]]))).get(NAME);
    const [reveal, seal] = [vault.revealing(), vault.journal];
    await vault.rewrite((keyring, crypto) => keyring.rotated(crypto, 0), HELD);
    expect(await vault.findSeal(seal?.keyId, "segment")).toBe(seal);
    expect(await reveal([NAME], [kept])).toEqual([PAYLOAD]);
    vault.close();
    expect(await reveal([NAME], [kept])).toEqual([expect.objectContaining({ code: "BABA_CLOSED" })]);
    expect(() => seal?.sealBody(NOTHING, PAYLOAD)).toThrow("wiped");
  });
});

describe("Vault.rewrite()", () => {
  test("prepares no more keys for each rotation, however many are retired", async () => {
    let calls = 0;
    const encryptBlock: typeof nobleCrypto.encryptBlock = (...given) => {
      calls++;
      return nobleCrypto.encryptBlock(...given);
    };
    const crypto = { ...nobleCrypto, encryptBlock };
    const vault = new Vault(files, LOCK, { crypto, compression, now: () => 0, breathe: () => undefined });
    await vault.open();
    await vault.prepare();
    const each: number[] = [];
    for (let rotation = 0; rotation < 5; rotation++) {
      const before = calls;
      await vault.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);
      await vault.seal(new Map([[NAME, PAYLOAD]]));
      each.push(calls - before);
    }
    vault.close();
    expect(new Set(each).size).toBe(1);
  });
});
