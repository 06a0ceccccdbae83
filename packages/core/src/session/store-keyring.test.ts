import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { add, everythingIn, failsWith, KEY_FILE, NoteStore, note, read } from "./note-store.fixture.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const both = await Promise.all([mine, theirs].map((one) => identityToRecipient(one)));

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("the keyring", () => {
  test("is made with the first commit, and not before", async () => {
    const db = store.open({ passphrase: "x" });
    await db.open();
    await db.asyncSession(async () => {});
    expect(await store.files.kinds([".baba"])).toEqual([undefined]);
    expect(db.fingerprint).toBeUndefined();
    await add(db, 1);
    expect(await store.files.kinds([KEY_FILE])).toEqual(["file"]);
    expect(db.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    await db.close();
  });

  test("is one for two processes that begin a store at once", async () => {
    const [a, b] = [store.open({ identity: mine }), store.open({ identity: mine })];
    await Promise.all([a.open(), b.open()]);
    await add(a, 1);
    expect(await read(b)).toEqual(note(1));
    await add(b, 2);
    expect(await read(a, "2.baba")).toEqual(note(2));
    expect(a.fingerprint).toBe(b.fingerprint);
    await a.close();
    await b.close();
  });

  test("opens for every recipient, and its fingerprint can be pinned", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const fingerprint = db.fingerprint ?? "";
    await db.close();
    const other = store.open({ identity: theirs, fingerprint });
    expect(await read(other)).toEqual(note(1));
    await other.close();
    await failsWith(store.open({ identity: theirs, fingerprint: "0".repeat(32) }).open(), "BABA_KEYRING");
  });

  test("that another put in its place is refused where the fingerprint is pinned", async () => {
    const db = await store.filled({ identity: mine });
    const fingerprint = db.fingerprint ?? "";
    await db.close();
    const elsewhere = new NoteStore();
    await (await elsewhere.filled({ identity: theirs, recipients: both })).close();
    await store.put(KEY_FILE, await elsewhere.bytesOf(KEY_FILE));
    const before = await everythingIn(store.files);
    await failsWith(store.open({ identity: mine, fingerprint }).open(), "BABA_KEYRING");
    await failsWith(store.open({ identity: mine }).open(), "BABA_KEY_UNKNOWN");
    expect(await everythingIn(store.files)).toBe(before);
  });

  test("that was removed makes the store no new one", async () => {
    await (await store.filled({ passphrase: "x" })).close();
    await store.files.remove([KEY_FILE]);
    const before = await everythingIn(store.files);
    await failsWith(store.open({ passphrase: "x" }).open(), "BABA_KEYRING");
    await failsWith(store.open().open(), "BABA_SEALED");
    expect(await everythingIn(store.files)).toBe(before);
  });
});
