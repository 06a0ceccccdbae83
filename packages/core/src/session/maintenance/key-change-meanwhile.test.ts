import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Vault } from "../../crypto/vault.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { withCalls } from "../../file-system/with-calls.fixture.ts";
import { FileStorage } from "../../storage/file-storage.ts";
import type { Transaction } from "../../storage/storage.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import type { Store } from "../database/shared-store.ts";
import { add, failsWith, Note, NoteStore, note, read } from "../note-store.fixture.ts";
import { rotateKey } from "./key-management.ts";
import { rewrap } from "./rewrap.ts";
import { revealedParts } from "./walk.ts";

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** The store's files, with `before` run before each call of `create` and `rename`. */
function watched(before: (call: "create" | "rename", paths: string[]) => Promise<void>): FileSystem {
  const { files } = store;
  return withCalls(files, {
    async create(made) {
      await before(
        "create",
        made.map(({ path }) => path),
      );
      await files.create(made);
    },
    async rename(moves) {
      await before(
        "rename",
        moves.map(({ to }) => to),
      );
      await files.rename(moves);
    },
  });
}

describe("changePassphrase() that was paused while its lock was taken away", () => {
  for (const call of ["create", "rename"] as const) {
    test(`fails if it was paused before it could ${call} a key file, and keeps nobody from another's key`, async () => {
      const [reached, goOn] = [signal(), signal()];
      let pauses = false;
      const files = watched(async (called, paths) => {
        if (!pauses || called !== call || !paths.some((path) => /key/.test(path))) return;
        pauses = false;
        reached.give();
        await goOn.given;
      });
      const context = assemble({ ...store.runtime, fileSystem: () => files });
      const one = new Database(Note, { passphrase: "old", logging: false }, context);
      await add(one, 1);
      pauses = true;
      const changing = one.changePassphrase("new");
      const refused = failsWith(changing, "BABA_COMMIT_UNKNOWN");
      await reached.given;
      const two = store.open({ passphrase: "old" });
      await two.forceUnlock();
      await two.rotateKey();
      await add(two, 2);
      goOn.give();
      await refused;
      await failsWith(one.rotateKey(), "BABA_COMMIT_UNKNOWN");
      await two.close();
      await one.close();
      const left = store.open({ passphrase: "old" });
      expect(await read(left)).toEqual(note(1));
      expect(await read(left, "2.baba")).toEqual(note(2));
      await left.close();
    });
  }
});

describe("records that were read before their key was dropped", () => {
  /** The store as if in another process, where `between` runs once between two records that are opened. */
  async function another(between?: () => Promise<void>): Promise<Store> {
    let next = between;
    const breathe = (): Promise<void> | undefined => {
      const now = next;
      next = undefined;
      return now?.();
    };
    const { crypto, compression } = store.runtime;
    const context = { crypto, compression, now: Date.now, breathe };
    const vault = new Vault(store.files, { kind: "passphrase", passphrase: "secret" }, context);
    const storage = new FileStorage(store.files, store.runtime, {
      report: () => undefined,
      protection: vault,
    });
    await storage.open();
    return { storage, vault };
  }

  /** Random bytes, which fill a portion each. */
  const NAMES = ["1.baba", "2.baba", "3.baba"];
  const payloads = NAMES.map(() => crypto.getRandomValues(new Uint8Array(20_000)));

  async function rotateAndDrop(one: Store): Promise<void> {
    await rotateKey(one, store.runtime);
    await rewrap(one, { dropRetired: true });
  }

  async function filled(): Promise<Store> {
    const one = await another();
    const changes = new Map(NAMES.map((name, i) => [name, payloads[i]]));
    const commit: Transaction = { changes, basis: undefined, durability: "full", settle: "commit" };
    await one.storage.commit(commit);
    return one;
  }

  test("read() of another process that has followed meanwhile opens them", async () => {
    const one = await filled();
    const two = await another(async () => {
      await rotateAndDrop(one);
      await two.storage.head();
    });
    expect(await two.storage.read(NAMES)).toEqual(payloads);
    // Only what was under way: what was sealed with the dropped key opens no more.
    expect(two.vault.keyring?.keys).toHaveLength(1);
    await two.storage.close();
    await one.storage.close();
  });

  test("revealedParts() reports no problem of them in the same process", async () => {
    const one = await filled();
    const parts: string[] = [];
    const beside = await another(async () => {
      await rotateAndDrop(one);
      await beside.storage.head();
    });
    for await (const { contents } of revealedParts(beside, NAMES))
      for (const content of contents) parts.push(content instanceof Uint8Array ? "sound" : String(content));
    expect(parts).toEqual(["sound", "sound", "sound"]);
    await beside.storage.close();
    await one.storage.close();
  });
});

test("changePassphrase() keeps a process that has the store open only from what it cannot open", async () => {
  const other = new NoteStore();
  await (await other.filled({ passphrase: "x" })).close();
  const one = store.open({ passphrase: "old" });
  await add(one, 1);
  const two = store.open({ passphrase: "old" });
  await two.open();
  await store.put("9.baba", await other.bytesOf("1.baba"));
  const readable = () => two.asyncSession((session) => session.all(".", undefined, { unreadable: "skip" }));
  expect(await readable()).toEqual([note(1)]);
  await failsWith(read(two, "9.baba"), "BABA_KEY_UNKNOWN");
  await one.changePassphrase("new");
  expect(await readable()).toEqual([note(1)]);
  await expect(read(two, "9.baba")).rejects.toMatchObject({ code: "BABA_KEY_WRONG", record: "9.baba" });
  await two.close();
  await one.close();
});

test("a process that opened a store while it was being sealed, and has committed since, follows when the key is changed and the old one dropped", async () => {
  await (await store.filled({})).close();
  const [sealer, other] = [store.open({ passphrase: "x" }), store.open({ passphrase: "x" })];
  await sealer.seal({ onProgress: () => read(other, "1.baba").then(() => undefined) });
  await add(other, 5);
  await sealer.rotateKey();
  await sealer.rewrap({ dropRetired: true });
  expect(await read(other, "1.baba")).toEqual(note(1));
  await Promise.all([sealer.close(), other.close()]);
});

test("changePassphrase() keeps no process that opened the store while it was being sealed from committing, nor its later commits waiting", async () => {
  await (await store.filled({})).close();
  const [sealer, other] = [store.open({ passphrase: "x" }), store.open({ passphrase: "x" })];
  await sealer.seal({ onProgress: () => read(other, "1.baba").then(() => undefined) });
  await sealer.changePassphrase("y");
  await add(other, 5);
  expect(await read(sealer, "5.baba")).toEqual(note(5));
  const scrypt = vi.spyOn(store.runtime.crypto, "scrypt");
  await add(other, 6);
  expect(scrypt).not.toHaveBeenCalled();
  await Promise.all([sealer.close(), other.close()]);
});

test("recipients() gives those that another process has added", async () => {
  const [identity, friend] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  const [me, recipient] = await Promise.all([identity, friend].map(identityToRecipient));
  const one = store.open({ identity });
  await add(one, 1);
  const two = store.open({ identity });
  expect(await two.recipients()).toEqual([me]);
  await one.addRecipient(recipient ?? "");
  expect(await two.recipients()).toEqual([me, recipient]);
  await two.close();
  await one.close();
});

describe("revealedParts()", () => {
  test("ends a part after 16 MiB of stored records, so that each can be committed whole", async () => {
    const vault = new Vault(
      store.files,
      { kind: "none" },
      { ...store.runtime, now: Date.now, breathe: () => undefined },
    );
    const storage = new FileStorage(store.files, store.runtime, {
      report: () => undefined,
      protection: vault,
    });
    const large = new Uint8Array(9 << 20);
    storage.readKept = () => [large, large, large, undefined, new Uint8Array(1)];
    const names = ["1.baba", "2.baba", "3.baba", "4.baba", "5.baba"];
    const parts: (readonly string[])[] = [];
    for await (const part of revealedParts({ storage, vault }, names)) parts.push(part.names);
    expect(parts).toEqual([
      ["1.baba", "2.baba"],
      ["3.baba", "4.baba", "5.baba"],
    ]);
  });
});
