import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import {
  add,
  everythingIn,
  failsWith,
  KEY_FILE,
  Note,
  NoteStore,
  note,
  read,
} from "../note-store.fixture.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const both = await Promise.all([mine, theirs].map((one) => identityToRecipient(one)));

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("the keyring of a Database", () => {
  test("is made by the first commit(), and not before", async () => {
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

  test("is one for two processes that begin a store at once with open()", async () => {
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

  test("is refused by open() if it would lock its maker out, before anything is written", async () => {
    const recipients = both.slice(1);
    const db = store.open({ identity: mine, recipients });
    for (const refused of [db.open(), read(db), add(db, 1)]) await failsWith(refused, "BABA_OPTION");
    await db.close();
    expect(await everythingIn(store.files)).toBe("");
    // Whom an existing one is for has been decided.
    await (await store.filled({ identity: mine, recipients: both })).close();
    const again = store.open({ identity: mine, recipients });
    expect(await read(again)).toEqual(note(1));
    await again.close();
  });

  test("opens for every recipient at open(), and its fingerprint can be pinned", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const fingerprint = db.fingerprint ?? "";
    await db.close();
    const other = store.open({ identity: theirs, fingerprint });
    expect(await read(other)).toEqual(note(1));
    await other.close();
    await failsWith(store.open({ identity: theirs, fingerprint: "0".repeat(32) }).open(), "BABA_KEYRING");
  });

  test("is refused by open() if another was put in its place and the fingerprint is pinned", async () => {
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

  test("is not called a stranger's by get() if removeRecipient() changed the fingerprint that was pinned", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const pinned = store.open({ identity: mine, fingerprint: db.fingerprint ?? "" });
    expect(await read(pinned)).toEqual(note(1));
    await db.removeRecipient(both[1] ?? "");
    const toDo = /removeRecipient\(\) or seal\(\) .* open the store with the new fingerprint/;
    await expect(read(pinned)).rejects.toThrow(toDo);
    await pinned.close();
    const next = store.open({ identity: mine, fingerprint: db.fingerprint ?? "" });
    expect(await read(next)).toEqual(note(1));
    for (const one of [next, db]) await one.close();
  });

  test("is required by open() if its fingerprint is pinned, also in an emptied directory", async () => {
    const db = await store.filled({ identity: mine });
    const { fingerprint = "" } = db;
    await db.close();
    const emptied = new NoteStore();
    await failsWith(emptied.open({ identity: mine, fingerprint }).open(), "BABA_KEYRING");
    expect(await emptied.files.list(".")).toBeUndefined();
  });

  test("is required by open() of a store with sealed records, which is no new one without it", async () => {
    await (await store.filled({ passphrase: "x" })).close();
    await store.files.remove([KEY_FILE]);
    const before = await everythingIn(store.files);
    await failsWith(store.open({ passphrase: "x" }).open(), "BABA_KEYRING");
    await failsWith(store.open().open(), "BABA_SEALED");
    expect(await everythingIn(store.files)).toBe(before);
  });

  describe("with a fingerprint that one of several databases of a process has pinned", () => {
    const inOneProcess = () => {
      const context = assemble(store.runtime);
      return (fingerprint?: string) =>
        new Database(
          Note,
          { logging: false, identity: mine, ...(fingerprint === undefined ? {} : { fingerprint }) },
          context,
        );
    };
    const foist = async () => {
      const elsewhere = new NoteStore();
      await (await elsewhere.filled({ identity: theirs, recipients: both })).close();
      await store.files.makeFolder(".baba");
      await store.put(KEY_FILE, await elsewhere.bytesOf(KEY_FILE));
    };

    test("refuses open() of a database that pins one before there is a keyring, and lets the others go on", async () => {
      const open = inOneProcess();
      const [first, second] = [open(), open("0".repeat(32))];
      await first.open();
      await failsWith(second.open(), "BABA_KEYRING");
      await foist();
      await failsWith(add(second, 1), "BABA_KEYRING");
      await add(first, 2);
      await failsWith(add(second, 1), "BABA_KEYRING");
      await first.close();
      await second.close();
    });

    test("is accepted by open() if another process has made it meanwhile, and is BABA_KEYRING if it differs", async () => {
      const open = inOneProcess();
      const first = open();
      await first.open();
      const maker = await store.filled({ identity: mine });
      const second = open(maker.fingerprint ?? "");
      expect(await read(second)).toEqual(note(1));
      expect(first.fingerprint).toBe(maker.fingerprint);
      await failsWith(open("0".repeat(32)).open(), "BABA_KEYRING");
      for (const one of [maker, first, second]) await one.close();
    });

    test("stays pinned for a later database, and follows changes of its own process", async () => {
      const maker = await store.filled({ identity: mine, recipients: both });
      const open = inOneProcess();
      const [first, second] = [open(), open(maker.fingerprint ?? "")];
      await first.open();
      await second.open();
      await first.removeRecipient(both[1] ?? "");
      await add(second, 7);
      expect(second.fingerprint).not.toBe(maker.fingerprint);
      await maker.addRecipient(both[1] ?? "");
      await first.addRecipient(both[1] ?? "");
      await maker.removeRecipient(both[1] ?? "");
      await failsWith(add(second, 8), "BABA_KEYRING");
      for (const one of [maker, first, second]) await one.close();
    });
  });
});
