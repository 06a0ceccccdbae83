import { generateX25519Identity, identityToRecipient } from "age-encryption";
import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { decode, encode } from "../codec/index.ts";
import { isSealed, keyIdOf } from "../crypto/envelope.ts";
import { unlockKeyring } from "../crypto/key-file.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { type MemoryRuntime, memoryRuntime } from "../testing/memory-runtime.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";
import type { Progress } from "./maintenance.ts";
import type { BabaOptions } from "./options.ts";
import { openRecordFile, type RecordKeys, sealRecordFile } from "./record-file.ts";

const Note = v.object({ id: v.number(), text: v.string() });
const KEY_FILE = ".baba/key.age";
const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const [myRecipient, theirRecipient] = await Promise.all(
  [mine, theirs].map((one) => identityToRecipient(one)),
);
const both = [myRecipient ?? "", theirRecipient ?? ""];
const utf8 = new TextEncoder();

let runtime: MemoryRuntime;
let files: FileSystem;

beforeEach(() => {
  const scrypt = async (password: Uint8Array, salt: Uint8Array) =>
    nobleCrypto.hkdf(password, salt, new Uint8Array(), 32);
  runtime = { ...memoryRuntime(), crypto: { ...nobleCrypto, scrypt } };
  files = runtime.fileSystem(".");
});

/** A database as of a process of its own. */
const open = (options: BabaOptions = {}): Database<typeof Note> =>
  new Database(Note, { logging: false, ...options }, assemble(runtime));
const note = (id: number) => ({ id, text: `note ${id}` });
const add = (db: Database<typeof Note>, id: number, name?: string) =>
  db.asyncSession((session) => session.add(note(id), name));
const read = (db: Database<typeof Note>, name = "1.baba") => db.asyncSession((session) => session.get(name));
const failsWith = (work: Promise<unknown>, code: string) =>
  expect(work).rejects.toThrow(expect.objectContaining({ code }));

async function filled(options: BabaOptions, count = 3): Promise<Database<typeof Note>> {
  const db = open(options);
  await db.asyncSession(async (session) => {
    for (let id = 1; id <= count; id++)
      await session.add(note(id), id % 2 === 0 ? `a/b/${id}.baba` : undefined);
  });
  return db;
}

async function keptBytes(name: string): Promise<Uint8Array> {
  const [text] = await files.read([name]);
  if (!(text instanceof Uint8Array)) throw new Error(`no ${name}`);
  return decode(text);
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await files.remove([path]);
  await files.create([{ path, bytes }]);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const [bytes] = await files.read([path]);
  return bytes instanceof Uint8Array ? bytes : new Uint8Array();
}

describe("changePassphrase()", () => {
  test("lets the new one open the store and no longer the old one; who has it open goes on", async () => {
    const db = await filled({ passphrase: "old" });
    const other = open({ passphrase: "old" });
    await other.open();
    await db.changePassphrase("new");
    await failsWith(open({ passphrase: "old" }).open(), "BABA_KEY_WRONG");
    const next = open({ passphrase: "new" });
    expect(await read(next)).toEqual(note(1));
    await add(other, 7);
    await add(db, 8);
    expect(await read(next, "7.baba")).toEqual(note(7));
    expect(await read(other, "8.baba")).toEqual(note(8));
    for (const one of [db, other, next]) await one.close();
  });

  test("of a new store makes its keyring; an empty one, and a store of another lock, are refused", async () => {
    const db = open({ passphrase: "old" });
    await failsWith(db.changePassphrase(""), "BABA_KEY_MISSING");
    await db.changePassphrase("new");
    await db.close();
    await failsWith(open({ passphrase: "old" }).open(), "BABA_KEY_WRONG");
    for (const options of [{}, { identity: mine }, { key: new Uint8Array(32) }] as const) {
      const other = new Database(
        Note,
        { logging: false, directory: JSON.stringify(options), ...options },
        assemble(runtime),
      );
      await failsWith(other.changePassphrase("new"), "BABA_OPTION");
      await other.close();
    }
  });
});

describe("recipients", () => {
  test("are added and removed; a removed one opens nothing, and its data key seals nothing new", async () => {
    const db = await filled({ identity: mine });
    await failsWith(open({ identity: theirs }).open(), "BABA_KEY_WRONG");
    expect(await db.addRecipient(both[1] ?? "")).toBe(true);
    expect(await db.addRecipient(both[1] ?? "")).toBe(false);
    expect(await db.recipients()).toEqual(both);
    const guest = open({ identity: theirs });
    expect(await read(guest)).toEqual(note(1));
    const before = { fingerprint: db.fingerprint, key: keyIdOf(await keptBytes("1.baba")) };
    expect(await db.removeRecipient(both[1] ?? "")).toBe(true);
    expect(await db.removeRecipient(both[1] ?? "")).toBe(false);
    expect(await db.recipients()).toEqual([myRecipient]);
    await failsWith(open({ identity: theirs }).open(), "BABA_KEY_WRONG");
    await failsWith(add(guest, 9), "BABA_KEY_WRONG");
    await add(db, 8);
    expect(keyIdOf(await keptBytes("8.baba"))).not.toBe(before.key);
    expect(db.fingerprint).not.toBe(before.fingerprint);
    await failsWith(open({ identity: mine, fingerprint: before.fingerprint ?? "" }).open(), "BABA_KEYRING");
    await guest.close();
    await db.close();
  });

  test("one who pinned the fingerprint removes another and goes on", async () => {
    const first = await filled({ identity: mine, recipients: both });
    const fingerprint = first.fingerprint ?? "";
    await first.close();
    const db = open({ identity: mine, fingerprint });
    await db.removeRecipient(both[1] ?? "");
    await db.rotateKey();
    await add(db, 8);
    await db.close();
  });

  test("oneself is not removed, what is no recipient is refused, and so is a store of another lock", async () => {
    const db = await filled({ identity: mine, recipients: both });
    await failsWith(db.removeRecipient(myRecipient ?? ""), "BABA_OPTION");
    await failsWith(db.addRecipient("age1nonsense"), "BABA_OPTION");
    expect(await db.recipients()).toEqual(both);
    await db.close();
    const plain = new Database(Note, { logging: false, directory: "other" }, assemble(runtime));
    await failsWith(plain.addRecipient(both[0] ?? ""), "BABA_OPTION");
    await failsWith(plain.removeRecipient(both[0] ?? ""), "BABA_OPTION");
    await failsWith(plain.rotateKey(), "BABA_OPTION");
    await failsWith(plain.rewrap(), "BABA_OPTION");
    await failsWith(plain.seal(), "BABA_OPTION");
    expect(await plain.recipients()).toEqual([]);
    await plain.close();
  });
});

describe("rotateKey() and rewrap()", () => {
  test("seal with a new key from then on, in every process, and move what was there", async () => {
    const db = await filled({ passphrase: "x" });
    const other = open({ passphrase: "x" });
    await add(other, 5);
    const { fingerprint } = db;
    const old = keyIdOf(await keptBytes("1.baba"));
    await db.rotateKey();
    expect(db.fingerprint).toBe(fingerprint);
    await add(other, 6);
    await add(db, 7);
    const active = keyIdOf(await keptBytes("7.baba"));
    expect(active).not.toBe(old);
    expect(keyIdOf(await keptBytes("6.baba"))).toBe(active);
    expect(keyIdOf(await keptBytes("a/b/2.baba"))).toBe(old);
    expect(await read(other, "a/b/2.baba")).toEqual(note(2));
    const seen: Progress[] = [];
    const report = await other.rewrap({ onProgress: (progress) => seen.push(progress) });
    expect(report).toEqual({ records: 6, sealed: 4, problems: [], retiredKeys: 1 });
    expect(seen).toEqual([{ done: 6, total: 6 }]);
    for (const name of ["1.baba", "a/b/2.baba", "3.baba", "5.baba"]) {
      expect(keyIdOf(await keptBytes(name))).toBe(active);
      expect(await read(db, name)).toMatchObject({ text: expect.stringContaining("note") });
    }
    expect(await db.rewrap()).toMatchObject({ sealed: 0 });
    await other.close();
    await db.close();
  });

  test("cut short go on where they were, and what could not be moved stays and is told", async () => {
    const db = await filled({ identity: mine }, 600);
    await db.rotateKey();
    await expect(
      db.rewrap({
        onProgress: () => {
          throw new Error("stop");
        },
      }),
    ).rejects.toThrow("stop");
    await db.close();
    const damaged = await keptBytes("a/b/2.baba");
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    await put("a/b/2.baba", encode(damaged));
    await put("junk.baba", utf8.encode("no base 3"));
    const again = open({ identity: mine });
    const report = await again.rewrap({ dropRetired: true });
    expect(report).toMatchObject({ records: 601, sealed: 600 - 256 - 1 });
    expect(report.problems).toMatchObject([
      { filename: "junk.baba", code: "BABA_CODEC" },
      { filename: "a/b/2.baba", code: "BABA_TAMPERED" },
    ]);
    expect(await keptBytes("a/b/2.baba")).toEqual(damaged);
    expect(report.retiredKeys).toBe(1);
    await again.close();
  });

  test("with dropRetired give up the old key: a copy from before opens no more, and running processes go on", async () => {
    const db = await filled({ passphrase: "x" });
    const other = open({ passphrase: "x" });
    await other.open();
    const copy = await bytesOf("1.baba");
    await db.rotateKey();
    expect(await db.rewrap({ dropRetired: true })).toMatchObject({ sealed: 3, retiredKeys: 0 });
    expect(await read(other)).toEqual(note(1));
    await add(other, 9);
    await db.close();
    await other.close();
    await put("1.baba", copy);
    const again = open({ passphrase: "x" });
    await failsWith(read(again), "BABA_KEY_UNKNOWN");
    expect(await read(again, "9.baba")).toEqual(note(9));
    await again.close();
  });

  test("refuse options that do not exist", async () => {
    const db = open({ passphrase: "x" });
    for (const options of [{ onProgress: 7 }, { nonsense: true }, 7] as unknown[]) {
      // @ts-expect-error no such options
      await failsWith(db.rewrap(options), "BABA_OPTION");
      // @ts-expect-error no such options
      await failsWith(db.verify(options), "BABA_OPTION");
      // @ts-expect-error no such options
      await failsWith(db.seal(options), "BABA_OPTION");
    }
    await db.close();
  });
});

describe("seal()", () => {
  test("makes a sealed store of a plain one, in which plain records are refused afterwards", async () => {
    await (await filled({})).close();
    const db = open({ passphrase: "x" });
    expect(await db.seal()).toEqual({ records: 3, sealed: 3, problems: [], retiredKeys: 0 });
    expect(await read(db, "a/b/2.baba")).toEqual(note(2));
    await db.close();
    expect(isSealed(await keptBytes("1.baba"))).toBe(true);
    await put("1.baba", encode(utf8.encode('{"id":1,"text":"downgraded"}')));
    const again = open({ passphrase: "x" });
    await failsWith(read(again), "BABA_NOT_SEALED");
    expect(await again.seal()).toMatchObject({ sealed: 0 });
    await failsWith(read(again), "BABA_NOT_SEALED");
    await again.close();
  });

  test("cut short leaves a store that reads both and goes on; other processes learn of its end", async () => {
    await (await filled({}, 600)).close();
    const db = open({ identity: mine });
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    await failsWith(open().open(), "BABA_SEALED");
    const other = open({ identity: mine });
    expect((await other.asyncSession((session) => session.all())).length).toBe(300);
    await add(other, 1001);
    expect(await db.seal()).toMatchObject({ records: 601, problems: [] });
    await put("1.baba", encode(utf8.encode('{"id":1,"text":"downgraded"}')));
    await failsWith(read(other), "BABA_NOT_SEALED");
    await db.close();
    await other.close();
  });

  test("does not end while a record cannot be read, and leaves it as it is", async () => {
    await (await filled({})).close();
    await put("junk.baba", utf8.encode("no base 3"));
    const db = open({ passphrase: "x" });
    const report = await db.seal();
    expect(report.problems).toMatchObject([{ filename: "junk.baba", code: "BABA_CODEC" }]);
    expect(report.sealed).toBe(3);
    await files.remove(["junk.baba"]);
    expect(await db.seal()).toMatchObject({ records: 3, sealed: 0, problems: [] });
    await put("9.baba", encode(utf8.encode('{"id":9,"text":"plain"}')));
    await failsWith(read(db, "9.baba"), "BABA_NOT_SEALED");
    await db.close();
  });

  test("of an empty folder makes an empty sealed store, and a plain process that has it open learns of it", async () => {
    const plain = open();
    await plain.open();
    const db = open({ passphrase: "x" });
    expect(await db.seal()).toMatchObject({ records: 0 });
    expect(await files.kinds([KEY_FILE])).toEqual(["file"]);
    await failsWith(add(plain, 1), "BABA_SEALED");
    await add(db, 1);
    await plain.close();
    await db.close();
  });
});

describe("verify()", () => {
  test("tells every record that is damaged, changed, moved, foreign, plain, retired or no JSON, and changes nothing", async () => {
    const db = await filled({ passphrase: "x" }, 8);
    expect(await db.verify()).toEqual({ records: 8, problems: [] });
    await db.rotateKey();
    await db.asyncSession(async (session) => {
      for (const id of [1, 3, 5]) await session.add(note(id));
      await session.add(note(10), "10.baba");
    });
    await db.close();
    const tampered = await keptBytes("1.baba");
    tampered[50] = (tampered[50] ?? 0) ^ 1;
    await put("1.baba", encode(tampered));
    await put("moved.baba", await bytesOf("3.baba"));
    await put("plain.baba", encode(utf8.encode('{"id":1}')));
    await put("junk.baba", utf8.encode("no base 3"));
    await put("short.baba", encode((await keptBytes("5.baba")).subarray(0, 20)));
    const elsewhere = memoryRuntime();
    const foreign = new Database(Note, { key: new Uint8Array(32), logging: false }, assemble(elsewhere));
    await foreign.asyncSession((session) => session.add(note(1), "foreign.baba"));
    await foreign.close();
    const [bytes] = await elsewhere.fileSystem(".").read(["foreign.baba"]);
    if (bytes instanceof Uint8Array) await put("foreign.baba", bytes);
    const again = open({ passphrase: "x" });
    const { records, problems } = await again.verify();
    expect(records).toBe(14);
    expect(problems.map(({ filename, code }) => [filename, code])).toEqual([
      ["1.baba", "BABA_TAMPERED"],
      ["7.baba", "BABA_KEY_RETIRED"],
      ["foreign.baba", "BABA_KEY_UNKNOWN"],
      ["junk.baba", "BABA_CODEC"],
      ["moved.baba", "BABA_TAMPERED"],
      ["plain.baba", "BABA_NOT_SEALED"],
      ["short.baba", "BABA_ENVELOPE"],
      ...[2, 4, 6, 8].map((id) => [`a/b/${id}.baba`, "BABA_KEY_RETIRED"]),
    ]);
    for (const { filename, error } of problems) expect(error.record).toBe(filename);
    expect(await keptBytes("1.baba")).toEqual(tampered);
    await again.close();
  });

  test("of a plain store tells what is no JSON, and what is sealed", async () => {
    const db = await filled({});
    await put("4.baba", encode(utf8.encode("{")));
    await put("5.baba", encode(new Uint8Array(60).fill(1)));
    expect((await db.verify()).problems).toMatchObject([
      { filename: "4.baba", code: "BABA_JSON" },
      { filename: "5.baba", code: "BABA_SEALED" },
    ]);
    await db.close();
  });
});

describe("session.move()", () => {
  test.each([{ key: new Uint8Array(32) }, {}] as BabaOptions[])(
    "gives a record another name (%o)",
    async (options) => {
      const db = await filled(options);
      await db.asyncSession(async (session) => {
        expect(await session.move("1.baba", "deep/er/one.baba")).toBe(true);
        expect(await session.move("none.baba", "some.baba")).toBe(false);
        expect(await session.move("3.baba", "3.baba")).toBe(true);
        expect(await session.exists("1.baba")).toBe(false);
        expect(await session.get("deep/er/one.baba")).toEqual(note(1));
      });
      expect(await read(db)).toBeUndefined();
      expect(await read(db, "deep/er/one.baba")).toEqual(note(1));
      expect(await read(db, "3.baba")).toEqual(note(3));
      await failsWith(
        db.asyncSession((session) => session.move("3.baba", "a/b/2.baba")),
        "BABA_EXISTS",
      );
      await db.asyncSession(async (session) => {
        await session.delete("a/b/2.baba");
        await session.move("3.baba", "a/b/2.baba");
      });
      expect(await read(db, "a/b/2.baba")).toEqual(note(3));
      await db.close();
    },
  );

  test("moves nothing that does not open", async () => {
    const db = await filled({ passphrase: "x" });
    await put("4.baba", await bytesOf("3.baba"));
    await failsWith(
      db.asyncSession((session) => session.move("4.baba", "5.baba")),
      "BABA_TAMPERED",
    );
    await db.close();
  });
});

describe("openRecordFile() and sealRecordFile()", () => {
  const opened = async (keys: RecordKeys, name = "a/b/2.baba") =>
    openRecordFile(runtime, await bytesOf("a/b/2.baba"), name, keys);

  test("take one record out of a store, by whatever has its keys, and bring one back", async () => {
    const db = await filled({ identity: mine, recipients: both });
    await db.close();
    const keyFile = await bytesOf(KEY_FILE);
    const lock = {
      kind: "identity",
      identities: [mine],
      recipients: undefined,
      fingerprint: undefined,
    } as const;
    const keyring = (await unlockKeyring(runtime.crypto, keyFile, lock)).serialize();
    for (const keys of [
      { keyFile, identity: theirs },
      { keyring },
      { keyring: new TextDecoder().decode(keyring) },
    ]) {
      expect(await opened(keys)).toEqual(note(2));
      await failsWith(opened(keys, "2.baba"), "BABA_TAMPERED");
    }
    await failsWith(opened({ keyFile, passphrase: "x" }), "BABA_KEY_WRONG");
    await put("new.baba", await sealRecordFile(runtime, note(99), "new.baba", { keyring }));
    const again = open({ identity: mine });
    expect(await read(again, "new.baba")).toEqual(note(99));
    await again.close();
  });

  test("work with a raw key, and name the record that does not open", async () => {
    const key = new Uint8Array(32).fill(1);
    await (await filled({ key })).close();
    expect(await opened({ key })).toEqual(note(2));
    await expect(opened({ key: new Uint8Array(32) })).rejects.toMatchObject({
      code: "BABA_KEY_UNKNOWN",
      record: "a/b/2.baba",
    });
    await expect(openRecordFile(runtime, utf8.encode("no base 3"), "x.baba", { key })).rejects.toMatchObject({
      code: "BABA_CODEC",
      record: "x.baba",
    });
    // @ts-expect-error no keys
    await failsWith(opened({}), "BABA_OPTION");
    // @ts-expect-error no key file
    await failsWith(opened({ passphrase: "x" }), "BABA_OPTION");
    await failsWith(opened({ keyring: "{}" }), "BABA_KEYRING");
  });
});
