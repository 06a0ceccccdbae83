import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import type { Lock } from "../../crypto/lock.ts";
import { NotedSecrets } from "../../crypto/noted-secrets.fixture.ts";
import { openRecordFile, type RecordKeys } from "../maintenance/record-file.ts";
import { add, KEY_FILE, Note, NoteStore, note, read } from "../note-store.fixture.ts";
import type { BabaOptions } from "../options.ts";
import { assemble, type DatabaseContext } from "./assemble.ts";
import { Database } from "./database.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const both = await Promise.all([mine, theirs].map((one) => identityToRecipient(one)));
const key = new Uint8Array(32).fill(7);

let store: NoteStore;
let secrets: NotedSecrets;
beforeEach(() => {
  store = new NoteStore();
  secrets = new NotedSecrets();
});

/** As the store's runtime, but its secrets are noted. */
const noting = () => ({ ...store.runtime, crypto: secrets.crypto });
const open = (options: BabaOptions, context: DatabaseContext) =>
  new Database(Note, { logging: false, ...options }, context);

describe("Database.close() overwrites", () => {
  test.each<readonly [string, BabaOptions]>([
    ["a passphrase", { passphrase: "x" }],
    ["an identity", { identity: mine }],
    ["a raw key", { key }],
  ])("all keys of a store that is sealed by %s", async (_what, options) => {
    await (await store.filled(options)).close();
    const db = open(options, assemble(noting()));
    await add(db, 9);
    expect(await read(db)).toEqual(note(1));
    expect(secrets.left()).not.toEqual([]);
    await db.close();
    expect(secrets.left()).toEqual([]);
  });

  test("the keys from before a recipient was removed", async () => {
    const db = open({ identity: mine, recipients: both }, assemble(noting()));
    await add(db, 1);
    await db.removeRecipient(both[1] ?? "");
    await add(db, 2);
    await db.close();
    expect(secrets.left()).toEqual([]);
  });

  test("the copy of the raw key that the constructor made, and not the caller's", async () => {
    const locks: Lock[] = [];
    const context = assemble(store.runtime);
    const openStore: DatabaseContext["openStore"] = (directory, lock, log) => {
      locks.push(lock);
      return context.openStore(directory, lock, log);
    };
    const db = open({ key }, { ...context, openStore });
    await add(db, 1);
    expect(locks).toEqual([{ kind: "key", key }]);
    await db.close();
    expect(locks).toEqual([{ kind: "key", key: new Uint8Array(32) }]);
    expect(key).toEqual(new Uint8Array(32).fill(7));
  });
});

describe("openRecordFile() overwrites", () => {
  const opens = async (keys: RecordKeys) => {
    expect(await openRecordFile(noting(), await store.bytesOf("1.baba"), "1.baba", keys)).toEqual(note(1));
    expect(secrets.count).toBeGreaterThan(0);
    expect(secrets.left()).toEqual([]);
  };

  test("all keys that come from a raw key", async () => {
    await (await store.filled({ key })).close();
    await opens({ key });
  });

  test("all keys of a key file", async () => {
    await (await store.filled({ identity: mine })).close();
    await opens({ identity: mine, keyFile: await store.bytesOf(KEY_FILE) });
  });
});
