import { createContext, runInContext } from "node:vm";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { unlockKeyring } from "../../crypto/key-file.ts";
import { failsWith, KEY_FILE, NoteStore, note, read, utf8 } from "../note-store.fixture.ts";
import { openRecordFile, type RecordKeys, sealRecordFile } from "./record-file.ts";

const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const both = await Promise.all([mine, theirs].map((one) => identityToRecipient(one)));

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("openRecordFile() and sealRecordFile()", () => {
  const opened = async (keys: RecordKeys, name = "a/b/2.baba") =>
    openRecordFile(store.runtime, await store.bytesOf("a/b/2.baba"), name, keys);

  test("take one record out of a store, by whatever has its keys, and bring one back", async () => {
    const db = await store.filled({ identity: mine, recipients: both });
    await db.close();
    const keyFile = await store.bytesOf(KEY_FILE);
    const lock = {
      kind: "identity",
      identities: [mine],
      recipients: undefined,
      fingerprint: undefined,
    } as const;
    const keyring = (await unlockKeyring(store.runtime.crypto, keyFile, lock)).serialize();
    for (const keys of [
      { keyFile, identity: theirs },
      { keyring },
      { keyring: new TextDecoder().decode(keyring) },
    ]) {
      expect(await opened(keys)).toEqual(note(2));
      await failsWith(opened(keys, "2.baba"), "BABA_TAMPERED");
    }
    await failsWith(opened({ keyFile, passphrase: "x" }), "BABA_KEY_WRONG");
    await store.put("new.baba", await sealRecordFile(store.runtime, note(99), "new.baba", { keyring }));
    const again = store.open({ identity: mine });
    expect(await read(again, "new.baba")).toEqual(note(99));
    await again.close();
  });

  test("overwrite their copy of a raw key, whether the record opens or not, and not the caller's", async () => {
    const key = new Uint8Array(32).fill(1);
    await (await store.filled({ key })).close();
    const derivedFrom: Uint8Array[] = [];
    const { crypto } = store.runtime;
    const hkdf: typeof crypto.hkdf = (from, ...others) => {
      if (crypto.equal(from, key)) derivedFrom.push(from);
      return crypto.hkdf(from, ...others);
    };
    const watched = { ...store.runtime, crypto: { ...crypto, hkdf } };
    const file = await store.bytesOf("1.baba");
    expect(await openRecordFile(watched, file, "1.baba", { key })).toEqual(note(1));
    await failsWith(openRecordFile(watched, file, "2.baba", { key }), "BABA_TAMPERED");
    expect(derivedFrom.length).toBeGreaterThan(0);
    for (const copy of derivedFrom) expect(copy).toEqual(new Uint8Array(32));
    expect(key).toEqual(new Uint8Array(32).fill(1));
  });

  test.each<[string, unknown, string]>([
    ["null", null, "BABA_OPTION"],
    ["nothing", undefined, "BABA_OPTION"],
    ["a text", "key", "BABA_OPTION"],
    ["a number as keyring", { keyring: 7 }, "BABA_OPTION"],
    ["an object as keyring", { keyring: {} }, "BABA_OPTION"],
    ["an empty keyring", { keyring: "" }, "BABA_KEY_MISSING"],
    ["a keyring that is not set", { keyring: undefined }, "BABA_KEY_MISSING"],
    ["a text as key file", { keyFile: "age", passphrase: "x" }, "BABA_OPTION"],
    ["a text as key", { key: "x" }, "BABA_OPTION"],
  ])("refuse %s as keys", async (_, keys, code) => {
    await failsWith(sealRecordFile(store.runtime, note(1), "1.baba", keys as RecordKeys), code);
    await failsWith(openRecordFile(store.runtime, new Uint8Array(), "1.baba", keys as RecordKeys), code);
  });

  test("take bytes of another realm", async () => {
    const foreign = (bytes: Uint8Array): Uint8Array =>
      runInContext(`new Uint8Array([${bytes.join()}])`, createContext());
    const db = await store.filled({ identity: mine, recipients: both });
    await db.close();
    const keyFile = foreign(await store.bytesOf(KEY_FILE));
    const file = foreign(await store.bytesOf("a/b/2.baba"));
    expect(await openRecordFile(store.runtime, file, "a/b/2.baba", { keyFile, identity: theirs })).toEqual(
      note(2),
    );
    const key = foreign(new Uint8Array(32).fill(1));
    const sealed = await sealRecordFile(store.runtime, note(1), "1.baba", { key });
    expect(await openRecordFile(store.runtime, foreign(sealed), "1.baba", { key })).toEqual(note(1));
  });

  test.each([
    { key: new Uint8Array(32), recipient: "typo" },
    { key: new Uint8Array(32), keyFile: new Uint8Array(1) },
    { key: new Uint8Array(32), keyring: "{}" },
    { keyring: "{}", passphrase: "x" },
    { keyFile: new Uint8Array(1), passphrase: "x", fingerprint: "x" },
  ])("refuse an option that they would ignore: %o", async (keys) => {
    const refusal = { code: "BABA_OPTION", message: expect.stringContaining("There is no option") };
    await expect(sealRecordFile(store.runtime, note(1), "1.baba", keys)).rejects.toMatchObject(refusal);
    await expect(openRecordFile(store.runtime, new Uint8Array(), "1.baba", keys)).rejects.toMatchObject(
      refusal,
    );
  });

  test("refuse a file that is no bytes, and a name that is no text", async () => {
    const keys = { key: new Uint8Array(32).fill(1) };
    for (const file of ["text", undefined, [48], new ArrayBuffer(2)] as unknown[])
      await failsWith(openRecordFile(store.runtime, file as Uint8Array, "1.baba", keys), "BABA_OPTION");
    const name = 7 as unknown as string;
    await failsWith(openRecordFile(store.runtime, new Uint8Array(), name, keys), "BABA_NAME");
    await failsWith(sealRecordFile(store.runtime, note(1), name, keys), "BABA_NAME");
  });

  test("seal no more than a session would: 128 MiB of JSON", { timeout: 60_000 }, async () => {
    const key = new Uint8Array(32).fill(1);
    const text = "x".repeat(128 * 1024 * 1024 - 1);
    await expect(sealRecordFile(store.runtime, text, "1.baba", { key })).rejects.toMatchObject({
      code: "BABA_UNSERIALIZABLE",
      record: "1.baba",
      message: expect.stringContaining("more than 128 MiB of JSON"),
    });
  });

  test("take a record out of a store that deflated it, and bring one back that they deflate", async () => {
    const key = new Uint8Array(32).fill(1);
    const long = { id: 1, text: "long ".repeat(2000) };
    const db = store.open({ key });
    await db.asyncSession((session) => session.add(long));
    const file = await store.bytesOf("1.baba");
    expect(file.length).toBeLessThan(long.text.length);
    expect(await openRecordFile(store.runtime, file, "1.baba", { key })).toEqual(long);
    await db.close();
    const sealed = await sealRecordFile(store.runtime, long, "2.baba", { key });
    expect(sealed.length).toBeLessThan(long.text.length);
    await store.put("2.baba", sealed);
    const again = store.open({ key });
    expect(await read(again, "2.baba")).toEqual(long);
    await again.close();
  });

  test("work with a raw key, and name the record that does not open", async () => {
    const key = new Uint8Array(32).fill(1);
    await (await store.filled({ key })).close();
    expect(await opened({ key })).toEqual(note(2));
    await expect(opened({ key: new Uint8Array(32) })).rejects.toMatchObject({
      code: "BABA_KEY_UNKNOWN",
      record: "a/b/2.baba",
    });
    await expect(
      openRecordFile(store.runtime, utf8.encode("no base 3"), "x.baba", { key }),
    ).rejects.toMatchObject({
      code: "BABA_CODEC",
      record: "x.baba",
    });
    for (const none of [{}, undefined, null, "x"] as unknown[]) {
      // @ts-expect-error no keys
      await failsWith(opened(none), "BABA_OPTION");
      // @ts-expect-error no keys
      await failsWith(sealRecordFile(store.runtime, 1, "x.baba", none), "BABA_OPTION");
    }
    // @ts-expect-error no key file
    await failsWith(opened({ passphrase: "x" }), "BABA_OPTION");
    await failsWith(opened({ keyring: "{}" }), "BABA_KEYRING");
  });
});
