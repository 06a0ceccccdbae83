import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { keyIdOf } from "../../crypto/envelope.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import { add, failsWith, KEY_FILE, Note, NoteStore, note, read } from "../note-store.fixture.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const [myRecipient, theirRecipient] = await Promise.all(
  [mine, theirs].map((one) => identityToRecipient(one)),
);
const both = [myRecipient ?? "", theirRecipient ?? ""];

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("changePassphrase()", () => {
  test("lets the new one open the store and not the old one, and open databases go on", async () => {
    const db = await store.filled({ passphrase: "old" });
    const other = store.open({ passphrase: "old" });
    await other.open();
    await db.changePassphrase("new");
    await failsWith(store.open({ passphrase: "old" }).open(), "BABA_KEY_WRONG");
    const next = store.open({ passphrase: "new" });
    expect(await read(next)).toEqual(note(1));
    await add(other, 7);
    await add(db, 8);
    expect(await read(next, "7.baba")).toEqual(note(7));
    expect(await read(other, "8.baba")).toEqual(note(8));
    for (const one of [db, other, next]) await one.close();
  });

  test("makes the keyring of a new store, and refuses an empty passphrase and a store of another lock", async () => {
    const db = store.open({ passphrase: "old" });
    await failsWith(db.changePassphrase(""), "BABA_KEY_MISSING");
    await db.changePassphrase("new");
    await db.close();
    await failsWith(store.open({ passphrase: "old" }).open(), "BABA_KEY_WRONG");
    for (const options of [{}, { identity: mine }, { key: new Uint8Array(32) }] as const) {
      const other = new Database(
        Note,
        { logging: false, directory: JSON.stringify(options), ...options },
        assemble(store.runtime),
      );
      await failsWith(other.changePassphrase("new"), "BABA_OPTION");
      await other.close();
    }
  });

  test("refuses the old passphrase before the new one, which would stay the one that opens the store", async () => {
    const db = await store.filled({ passphrase: "old" });
    const changing: Promise<void> = Reflect.apply(db.changePassphrase, db, ["old", "new"]);
    await expect(changing).rejects.toThrow(/^changePassphrase\(\) takes one text, the new passphrase: /);
    await failsWith(changing, "BABA_OPTION");
    await db.close();
    await failsWith(store.open({ passphrase: "new" }).open(), "BABA_KEY_WRONG");
  });
});

describe("addRecipient(), removeRecipient() and recipients()", () => {
  test("add and remove a recipient, who then opens nothing and whose data key seals nothing new", async () => {
    const db = await store.filled({ identity: mine });
    await failsWith(store.open({ identity: theirs }).open(), "BABA_KEY_WRONG");
    expect(await db.addRecipient(both[1] ?? "")).toBe(true);
    expect(await db.addRecipient(both[1] ?? "")).toBe(false);
    expect(await db.recipients()).toEqual(both);
    const guest = store.open({ identity: theirs });
    expect(await read(guest)).toEqual(note(1));
    const before = { fingerprint: db.fingerprint, key: keyIdOf(await store.keptBytes("1.baba")) };
    expect(await db.removeRecipient(both[1] ?? "")).toBe(true);
    expect(await db.removeRecipient(both[1] ?? "")).toBe(false);
    expect(await db.recipients()).toEqual([myRecipient]);
    await failsWith(store.open({ identity: theirs }).open(), "BABA_KEY_WRONG");
    await failsWith(add(guest, 9), "BABA_KEY_WRONG");
    await add(db, 8);
    expect(keyIdOf(await store.keptBytes("8.baba"))).not.toBe(before.key);
    expect(db.fingerprint).not.toBe(before.fingerprint);
    await failsWith(
      store.open({ identity: mine, fingerprint: before.fingerprint ?? "" }).open(),
      "BABA_KEYRING",
    );
    await guest.close();
    await db.close();
  });

  test("take 1,000 recipients, who open the store, and refuse one more before anything is written", async () => {
    const team = await Promise.all(
      Array.from({ length: 1000 }, async () => identityToRecipient(await generateX25519Identity())),
    );
    const full = [both[0] ?? "", ...team.slice(1)];
    expect(() => store.open({ identity: mine, recipients: [...full, both[1] ?? ""] })).toThrow(
      expect.objectContaining({ code: "BABA_OPTION" }),
    );
    const db = await store.filled({ identity: mine, recipients: full });
    await failsWith(db.addRecipient(both[1] ?? ""), "BABA_OPTION");
    expect(await db.recipients()).toEqual(full);
    await db.close();
    const again = store.open({ identity: mine });
    expect(await read(again)).toEqual(note(1));
    await again.close();
  });

  test("refuse a second recipient, who would be neither let in nor shut out, and leave the first as it was", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const third = await identityToRecipient(await generateX25519Identity());
    for (const change of [db.addRecipient, db.removeRecipient]) {
      const [first, second] = change === db.addRecipient ? [third, both[1]] : [both[1], third];
      const changing: Promise<boolean> = Reflect.apply(change, db, [first, second]);
      await expect(changing).rejects.toThrow(`${change.name}() takes one text, a recipient: `);
      await failsWith(changing, "BABA_OPTION");
    }
    expect(await db.recipients()).toEqual(both);
    await Promise.all([third].map(db.addRecipient, db)); // an index and an array are no recipients
    expect(await db.recipients()).toEqual([...both, third]);
    await db.close();
  });

  test("log what they have changed, and nothing if it was so already", async () => {
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    const logging = { debug: line, info: line, warn: line, error: line };
    const db = await store.filled({ identity: mine, logging });
    for (let i = 0; i < 2; i++) await db.addRecipient(both[1] ?? "");
    for (let i = 0; i < 2; i++) await db.removeRecipient(both[1] ?? "");
    await db.rewrap();
    await db.rewrap();
    await db.close();
    const told = lines
      .filter((text) => /recipient|Sealed/.test(text))
      .map((text) => text.replace(/^.*LOG: /, "").replace(/age1\w+/, "R"));
    expect(told).toEqual([
      "Added the recipient R",
      "Removed the recipient R",
      "Sealed again: 3 records, 0 problems",
      "Sealed again: 0 records, 0 problems",
    ]);
  });

  test("finish a removal that was cut short before others were told, when it is called again", async () => {
    const first = await store.filled({ identity: mine, recipients: both });
    let full = true;
    const db = store.openOnDisk(() => full, { identity: mine });
    const other = store.open({ identity: mine });
    await other.open();
    await failsWith(db.removeRecipient(both[1] ?? ""), "BABA_DISK_FULL");
    full = false;
    const old = keyIdOf(await store.keptBytes("1.baba"));
    const again = store.open({ identity: mine });
    expect(await again.removeRecipient(both[1] ?? "")).toBe(false);
    await add(other, 7);
    expect(keyIdOf(await store.keptBytes("7.baba"))).not.toBe(old);
    for (const one of [first, db, other, again]) await one.close();
  });

  test("remove a recipient whom another process added meanwhile, and add one whom it removed", async () => {
    const db = await store.filled({ identity: mine });
    const other = store.open({ identity: mine });
    await other.open();
    await db.addRecipient(both[1] ?? "");
    expect(await other.removeRecipient(both[1] ?? "")).toBe(true);
    expect(await db.addRecipient(both[1] ?? "")).toBe(true);
    expect(await other.addRecipient(both[1] ?? "")).toBe(false);
    await db.close();
    await other.close();
    const guest = store.open({ identity: theirs });
    expect(await read(guest)).toEqual(note(1));
    await guest.close();
  });

  test("reach other processes between a removal and a rewrap(), and after that when the store is opened again", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const [awake, asleep] = [store.open({ identity: mine }), store.open({ identity: mine })];
    for (const one of [awake, asleep]) await one.open();
    await db.removeRecipient(both[1] ?? "");
    expect(await read(awake)).toEqual(note(1));
    await db.rewrap({ dropRetired: true });
    await add(awake, 7);
    await failsWith(read(asleep), "BABA_KEYRING");
    await failsWith(add(asleep, 8), "BABA_KEYRING");
    await asleep.close();
    const again = store.open({ identity: mine });
    expect(await read(again, "7.baba")).toEqual(note(7));
    for (const one of [db, awake, again]) await one.close();
  });

  test("remove a recipient for one who pinned the fingerprint and goes on", async () => {
    const first = await store.filled({ identity: mine, recipients: both });
    const fingerprint = first.fingerprint ?? "";
    await first.close();
    const db = store.open({ identity: mine, fingerprint });
    await db.removeRecipient(both[1] ?? "");
    await db.rotateKey();
    await add(db, 8);
    await db.close();
  });

  test("do not remove oneself, and refuse what is no recipient and a store of another lock", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    await failsWith(db.removeRecipient(myRecipient ?? ""), "BABA_OPTION");
    await failsWith(db.addRecipient("age1nonsense"), "BABA_OPTION");
    expect(await db.recipients()).toEqual(both);
    await db.close();
    const plain = new Database(Note, { logging: false, directory: "other" }, assemble(store.runtime));
    await failsWith(plain.addRecipient(both[0] ?? ""), "BABA_OPTION");
    await failsWith(plain.removeRecipient(both[0] ?? ""), "BABA_OPTION");
    await failsWith(plain.rotateKey(), "BABA_OPTION");
    await failsWith(plain.rewrap(), "BABA_OPTION");
    await failsWith(plain.seal(), "BABA_OPTION");
    expect(await store.runtime.fileSystem("other").list(".")).toBeUndefined();
    expect(await plain.recipients()).toEqual([]);
    await plain.close();
  });

  test("refuse a store that a passphrase locks, and leave its key file as it is", async () => {
    await using db = await store.filled({ passphrase: "x" });
    const keyFile = await store.bytesOf(KEY_FILE);
    await failsWith(db.addRecipient(myRecipient ?? ""), "BABA_OPTION");
    await failsWith(db.removeRecipient(myRecipient ?? ""), "BABA_OPTION");
    expect(await store.bytesOf(KEY_FILE)).toEqual(keyFile);
  });

  test("tell who would remove oneself to open the store with the identity of another recipient first", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    const removing = db.removeRecipient(myRecipient ?? "");
    await expect(removing).rejects.toThrow("open it with the identity of another recipient first");
    await db.close();
    await using next = store.open({ identity: theirs });
    expect(await next.removeRecipient(myRecipient ?? "")).toBe(true);
  });

  test("reject with BABA_OPTION for what is no text", async () => {
    const db = store.open({ identity: mine });
    for (const wrong of [Symbol("age1"), Object.create(null), undefined] as unknown[]) {
      // @ts-expect-error not a text
      await failsWith(db.addRecipient(wrong), "BABA_OPTION");
      // @ts-expect-error not a text
      await failsWith(db.removeRecipient(wrong), "BABA_OPTION");
    }
    await db.close();
  });
});
