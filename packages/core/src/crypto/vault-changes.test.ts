import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { JOURNAL_FOLDER, KEY_FILE } from "../storage/layout.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { HELD } from "./held.fixture.ts";
import { readKeyFile } from "./key-file.ts";
import { Vault } from "./vault.ts";

const mine = await generateX25519Identity();
const recipients = [await identityToRecipient(mine)];
const { crypto, compression } = memoryRuntime();
const context = { crypto, compression, now: () => 0, breathe: () => undefined };

let volume: MemoryVolume;
let files: FileSystem;
beforeEach(() => {
  volume = new MemoryVolume();
  files = memoryFileSystem(volume);
});

/** A vault as if in a process of its own, with this fingerprint pinned, if any. */
async function opened(fingerprint?: string, from = memoryFileSystem(volume)): Promise<Vault> {
  const lock = { kind: "identity", identities: [mine], recipients, fingerprint } as const;
  const vault = new Vault(from, lock, context);
  await vault.open();
  return vault;
}

const failsWith = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
const rotate = (vault: Vault) => vault.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);

describe("Vault", () => {
  test("findSeal() refuses a plain segment once another process has ended the conversion", async () => {
    const vault = await opened();
    await vault.beginConversion();
    expect(await vault.findSeal(undefined, "segment")).toBeUndefined();
    const other = await opened();
    await other.rewrite((keyring) => keyring.converted(crypto), HELD);
    await failsWith(vault.findSeal(undefined, "segment"), "BABA_NOT_SEALED");
  });

  test("refresh() refuses a key file from before a rotation although the retired keys were dropped", async () => {
    const vault = await opened();
    await vault.prepare();
    const bytes = (await readKeyFile(files)) ?? new Uint8Array();
    await rotate(vault);
    await vault.rewrite((keyring) => keyring.withoutRetired(), HELD);
    const { activeId } = vault;
    await files.remove([KEY_FILE]);
    await files.create([{ path: KEY_FILE, bytes }]);
    await failsWith(vault.refresh(), "BABA_KEYRING");
    expect(vault.activeId).toBe(activeId);
  });

  test("rewrite() pins the fingerprint that it made, so that later changes by others are taken", async () => {
    const maker = await opened();
    await maker.prepare();
    const vault = await opened(maker.fingerprint);
    await vault.rewrite((keyring) => keyring.withNewSecret(crypto), HELD);
    await rotate(maker);
    await vault.refresh();
    expect(vault.activeId).toBe(maker.activeId);
  });

  test("prepare() makes no keyring if a plain journal appeared after the store was opened", async () => {
    const vault = await opened();
    await files.makeFolder(JOURNAL_FOLDER);
    await files.create([{ path: `${JOURNAL_FOLDER}/0000000000000001`, bytes: new Uint8Array(1) }]);
    await failsWith(vault.prepare(), "BABA_NOT_SEALED");
    expect(await readKeyFile(files)).toBeUndefined();
  });

  test("prepare() syncs the key file that it found once, and not again after a change of one's own", async () => {
    await (await opened()).prepare();
    const vault = await opened(undefined, files);
    const syncs: string[] = [];
    const syncFolders = files.syncFolders.bind(files);
    files.syncFolders = (folders) => {
      syncs.push(...folders);
      return syncFolders(folders);
    };
    for (let i = 0; i < 3; i++) await vault.prepare();
    expect(syncs).toEqual([".baba"]);
    await rotate(vault);
    const { length } = syncs;
    await vault.prepare();
    expect(syncs).toHaveLength(length);
  });
});
