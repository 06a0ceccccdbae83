import { describe, expect, test } from "vitest";
import { memoryFileSystem } from "../file-system/memory.ts";
import { KEY_FILE } from "../storage/layout.ts";
import {
  codeOf,
  identity,
  mine,
  myRecipient,
  stranger,
  theirRecipient,
  theirs,
} from "./file-locks.fixture.ts";
import { readKeyFile } from "./key-file.ts";
import { nobleCrypto } from "./noble.ts";
import { createLock, rewriteLock, unlock } from "./unlock.ts";

const NEW_STORE = { now: 0, converting: false };

describe("unlock()", () => {
  test("tells plain, new and sealed stores apart, and refuses what does not fit", async () => {
    const files = memoryFileSystem();
    const rawKey = { kind: "key", key: new Uint8Array(32) } as const;
    expect(await unlock(nobleCrypto, await readKeyFile(files), { kind: "none" })).toEqual({ state: "plain" });
    expect(await unlock(nobleCrypto, await readKeyFile(files), identity(mine))).toEqual({
      state: "new",
      lock: identity(mine),
    });
    expect((await unlock(nobleCrypto, await readKeyFile(files), rawKey)).state).toBe("sealed");
    const created = await createLock(nobleCrypto, files, identity(mine), NEW_STORE);
    expect(created.keyring?.recipients).toEqual([myRecipient]);
    const opened = await unlock(nobleCrypto, await readKeyFile(files), identity(mine));
    expect(opened.state === "sealed" && opened.keys.storeId).toEqual(created.keys.storeId);
    expect(await codeOf(unlock(nobleCrypto, await readKeyFile(files), { kind: "none" }))).toBe("BABA_SEALED");
    expect(await codeOf(unlock(nobleCrypto, await readKeyFile(files), rawKey))).toBe("BABA_KEY_WRONG");
    expect(await codeOf(unlock(nobleCrypto, await readKeyFile(files), identity(stranger)))).toBe(
      "BABA_KEY_WRONG",
    );
  });

  test("changes nothing if the key is wrong", async () => {
    const files = memoryFileSystem();
    await createLock(nobleCrypto, files, identity(mine), NEW_STORE);
    const before = (await files.read([KEY_FILE]))[0];
    await codeOf(unlock(nobleCrypto, await readKeyFile(files), identity(stranger)));
    expect((await files.read([KEY_FILE]))[0]).toEqual(before);
    expect(await files.list(".baba/tmp")).toEqual([]);
  });
});

describe("createLock()", () => {
  test("opens the key file that another process made first", async () => {
    const files = memoryFileSystem();
    const first = await createLock(nobleCrypto, files, identity(mine), NEW_STORE);
    const second = await createLock(nobleCrypto, files, identity(mine), NEW_STORE);
    expect(second.keys.storeId).toEqual(first.keys.storeId);
  });

  test("makes no new key file if a fingerprint is pinned", async () => {
    const files = memoryFileSystem();
    expect(await codeOf(createLock(nobleCrypto, files, identity(mine, "0".repeat(32)), NEW_STORE))).toBe(
      "BABA_KEYRING",
    );
    expect(await readKeyFile(files)).toBeUndefined();
  });
});

test("rewriteLock() changes the recipients, keeps keys and fingerprint, and shuts out who was removed", async () => {
  const files = memoryFileSystem();
  const both = { ...identity(mine), recipients: [myRecipient, theirRecipient] };
  const { keyring, keys } = await createLock(nobleCrypto, files, both, NEW_STORE);
  expect(await codeOf(unlock(nobleCrypto, await readKeyFile(files), identity(theirs)))).toBe("opened");
  if (keyring === undefined) throw new Error("a key file has a keyring");
  await rewriteLock(nobleCrypto, files, {
    keyring: keyring.withRecipients([myRecipient]),
    lock: identity(mine),
  });
  expect(await codeOf(unlock(nobleCrypto, await readKeyFile(files), identity(theirs)))).toBe(
    "BABA_KEY_WRONG",
  );
  const again = await unlock(
    nobleCrypto,
    await readKeyFile(files),
    identity(mine, keyring.fingerprint(nobleCrypto)),
  );
  expect(again.state === "sealed" && again.keys.activeId).toBe(keys.activeId);
});
