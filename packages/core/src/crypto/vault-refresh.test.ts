import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../codec/index.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { memoryFileSystem } from "../file-system/memory.ts";
import { MemoryVolume } from "../file-system/memory-volume.ts";
import { withCalls } from "../file-system/with-calls.fixture.ts";
import { KEY_FILE } from "../storage/layout.ts";
import { memoryRuntime } from "../testing/memory-runtime.ts";
import { HELD } from "./held.fixture.ts";
import { Vault } from "./vault.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const [myRecipient, theirRecipient] = await Promise.all([mine, theirs].map(identityToRecipient));
const { crypto, compression } = memoryRuntime();
const context = { crypto, compression, now: () => 0, breathe: () => undefined };
const lock = { kind: "identity", identities: [mine], recipients: undefined, fingerprint: undefined } as const;

let volume: MemoryVolume;
beforeEach(() => {
  volume = new MemoryVolume();
});

/** A vault as if in a process of its own. */
async function opened(files: FileSystem = memoryFileSystem(volume)): Promise<Vault> {
  const vault = new Vault(files, lock, context);
  await vault.open();
  return vault;
}

/** A file system that, on demand, withholds what it read of the key file until it is released. */
function delayed(): { files: FileSystem; delay: () => { read: Promise<void>; release: () => void } } {
  const plain = memoryFileSystem(volume);
  let waiting: { told: () => void; released: Promise<void> } | undefined;
  const readRange: FileSystem["readRange"] = async (...asked) => {
    const bytes = await plain.readRange(...asked);
    const wait = waiting;
    waiting = undefined;
    if (asked[0] !== KEY_FILE || wait === undefined) return bytes;
    wait.told();
    await wait.released;
    return bytes;
  };
  const files = withCalls(plain, { readRange });
  const delay = () => {
    const [read, released] = [signal(), signal()];
    waiting = { told: read.give, released: released.given };
    return { read: read.given, release: released.give };
  };
  return { files, delay };
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

/** A search for a nonexistent key, which has read the key file and continues once it is released. */
async function searching(vault: Vault, delay: ReturnType<typeof delayed>["delay"]) {
  const { read, release } = delay();
  const search = vault.findSeal(1, "segment").catch((error: unknown) => error);
  await read;
  return { search, release };
}

describe("Vault", () => {
  test("rewrite() writes over nothing that others changed after a read had read the key file", async () => {
    const other = await opened();
    await other.prepare();
    const { files, delay } = delayed();
    const vault = await opened(files);
    const { search, release } = await searching(vault, delay);
    await other.rewrite((keyring) => keyring.withRecipients([myRecipient ?? "", theirRecipient ?? ""]), HELD);
    const rewriting = vault.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);
    release();
    await rewriting;
    expect(await search).toMatchObject({ code: "BABA_KEY_UNKNOWN" });
    const { keyring } = await opened();
    expect(keyring?.recipients).toEqual([myRecipient, theirRecipient]);
    expect(keyring?.keys).toHaveLength(2);
  });

  test("rewrite() is not undone by a read of this process that had read the key file before", async () => {
    const { files, delay } = delayed();
    const vault = await opened(files);
    await vault.prepare();
    const other = await opened();
    await other.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);
    const { search, release } = await searching(vault, delay);
    const rewriting = vault.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);
    release();
    await Promise.all([rewriting, search]);
    expect(vault.keyring?.keys).toHaveLength(3);
    expect(vault.activeId).toBe((await opened()).activeId);
  });

  test("pin() during a rewrite() outlasts it", async () => {
    const vault = await opened();
    await vault.prepare();
    const fingerprint = vault.fingerprint ?? "";
    const pinning: Promise<void>[] = [];
    const mustHold = async () => void (pinning.length === 0 && pinning.push(vault.pin(fingerprint)));
    await vault.rewrite((keyring) => keyring.rotated(crypto, 0), { mustHold });
    await Promise.all(pinning);
    const other = await opened();
    await other.rewrite((keyring) => keyring.withNewSecret(crypto), HELD);
    await expect(vault.refresh()).rejects.toMatchObject({ code: "BABA_KEYRING" });
  });

  test("prepare() and beginConversion() take the keyring that others made after a read had found none", async () => {
    for (const begin of ["prepare", "beginConversion"] as const) {
      volume = new MemoryVolume();
      const { files, delay } = delayed();
      const vault = await opened(files);
      const { search, release } = await searching(vault, delay);
      const other = await opened();
      await other.prepare();
      await files.create([{ path: "1.baba", bytes: encode(new Uint8Array([1])) }]);
      const beginning = vault[begin]();
      release();
      await Promise.all([beginning, search]);
      expect(vault.fingerprint).toBe(other.fingerprint);
    }
  });

  test("open() takes the keyring that another process made before it put a sealed record there", async () => {
    const other = await opened();
    const { files, delay } = delayed();
    const { read, release } = delay();
    const opening = opened(files);
    await read;
    await other.prepare();
    const [sealed] = (await other.seal(new Map([["1.baba", new Uint8Array([1])]]))).values();
    await files.create([{ path: "1.baba", bytes: encode(sealed ?? new Uint8Array()) }]);
    release();
    expect((await opening).fingerprint).toBe(other.fingerprint);
  });

  test("findSeal() finds a key that was written after another read had read the key file", async () => {
    const other = await opened();
    await other.prepare();
    const { files, delay } = delayed();
    const vault = await opened(files);
    const { search: first, release } = await searching(vault, delay);
    await other.rewrite((keyring) => keyring.rotated(crypto, 0), HELD);
    const second = vault.findSeal(other.activeId, "segment");
    release();
    expect((await second)?.keyId).toBe(other.activeId);
    await first;
  });
});
