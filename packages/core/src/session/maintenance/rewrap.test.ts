import { generateX25519Identity } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import { isSealed, keyIdOf } from "../../crypto/envelope.ts";
import {
  add,
  everythingIn,
  failsWith,
  KEY_FILE,
  NoteStore,
  note,
  read,
  utf8,
} from "../note-store.fixture.ts";
import type { Progress } from "./walk.ts";

const mine = await generateX25519Identity();

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

describe("rotateKey() and rewrap()", () => {
  test("seal with a new key from then on, in every process, and move what was there", async () => {
    const db = await store.filled({ passphrase: "x" });
    const other = store.open({ passphrase: "x" });
    await add(other, 5);
    const { fingerprint } = db;
    const old = keyIdOf(await store.keptBytes("1.baba"));
    await db.rotateKey();
    expect(db.fingerprint).toBe(fingerprint);
    await add(other, 6);
    await add(db, 7);
    const active = keyIdOf(await store.keptBytes("7.baba"));
    expect(active).not.toBe(old);
    expect(keyIdOf(await store.keptBytes("6.baba"))).toBe(active);
    expect(keyIdOf(await store.keptBytes("a/b/2.baba"))).toBe(old);
    expect(await read(other, "a/b/2.baba")).toEqual(note(2));
    const seen: Progress[] = [];
    const report = await other.rewrap({ onProgress: (progress) => seen.push(progress) });
    expect(report).toEqual({ records: 6, sealed: 4, problems: [], retiredKeys: 1 });
    expect(seen).toEqual([{ done: 6, total: 6 }]);
    for (const name of ["1.baba", "a/b/2.baba", "3.baba", "5.baba"]) {
      expect(keyIdOf(await store.keptBytes(name))).toBe(active);
      expect(await read(db, name)).toMatchObject({ text: expect.stringContaining("note") });
    }
    expect(await db.rewrap()).toMatchObject({ sealed: 0 });
    await other.close();
    await db.close();
  });

  test("go on after they were cut short, and leave and report what cannot be moved", async () => {
    const db = await store.filled({ identity: mine }, 600);
    await db.rotateKey();
    await expect(
      db.rewrap({
        onProgress: () => {
          throw new Error("stop");
        },
      }),
    ).rejects.toThrow("stop");
    await db.close();
    const damaged = await store.keptBytes("a/b/2.baba");
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    await store.put("a/b/2.baba", encode(damaged));
    await store.put("junk.baba", utf8.encode("no base 3"));
    const again = store.open({ identity: mine });
    const report = await again.rewrap({ dropRetired: true });
    expect(report).toMatchObject({ records: 601, sealed: 600 - 256 - 1 });
    expect(report.problems).toMatchObject([
      { filename: "junk.baba", code: "BABA_CODEC" },
      { filename: "a/b/2.baba", code: "BABA_TAMPERED" },
    ]);
    expect(await store.keptBytes("a/b/2.baba")).toEqual(damaged);
    expect(report.retiredKeys).toBe(1);
    await again.close();
  });

  test("give up the old key with dropRetired: a copy from before opens no more, and running processes go on", async () => {
    const db = await store.filled({ passphrase: "x" });
    const other = store.open({ passphrase: "x" });
    await other.open();
    const copy = await store.bytesOf("1.baba");
    await db.rotateKey();
    expect(await db.rewrap({ dropRetired: true })).toMatchObject({ sealed: 3, retiredKeys: 0 });
    expect(await read(other)).toEqual(note(1));
    await add(other, 9);
    await db.close();
    await other.close();
    await store.put("1.baba", copy);
    const again = store.open({ passphrase: "x" });
    await failsWith(read(again), "BABA_KEY_UNKNOWN");
    await expect(read(again)).rejects.toThrow("older than the rewrap() that dropped its key");
    expect(await read(again, "9.baba")).toEqual(note(9));
    await again.close();
  });

  test("lose no record with dropRetired after a rotation that was cut short before others learnt of it", async () => {
    const first = await store.filled({ passphrase: "x" });
    const other = store.open({ passphrase: "x" });
    await other.open();
    let full = true;
    const db = store.openOnDisk(() => full, { passphrase: "x" });
    await failsWith(db.rotateKey(), "BABA_DISK_FULL");
    full = false;
    expect(await other.rewrap({ dropRetired: true })).toMatchObject({ sealed: 3, retiredKeys: 0 });
    // Nor is a journal left that the dropped key sealed: others can open the store at once.
    const early = store.open({ passphrase: "x" });
    expect(await read(early)).toEqual(note(1));
    for (const one of [early, first, other, db]) await one.close();
    const again = store.open({ passphrase: "x" });
    expect(await read(again)).toEqual(note(1));
    expect(await again.verify()).toMatchObject({ problems: [] });
    await again.close();
  });

  test("leave a store with dropRetired as new as it is before its first commit", async () => {
    const db = store.open({ passphrase: "x" });
    expect(await db.rewrap({ dropRetired: true })).toEqual({
      records: 0,
      sealed: 0,
      problems: [],
      retiredKeys: 0,
    });
    await add(db, 1);
    await db.close();
    expect(isSealed(await store.keptBytes("1.baba"))).toBe(true);
  });

  test("refuse options that do not exist", async () => {
    const db = store.open({ passphrase: "x" });
    for (const options of [{ onProgress: 7 }, { nonsense: true }, 7] as unknown[]) {
      // @ts-expect-error no such options
      await failsWith(db.rewrap(options), "BABA_OPTION");
      // @ts-expect-error no such options
      await failsWith(db.verify(options), "BABA_OPTION");
      // @ts-expect-error no such options
      await failsWith(db.seal(options), "BABA_OPTION");
    }
    for (const dropRetired of ["yes", 1, null] as unknown[]) {
      // @ts-expect-error neither true nor false
      await failsWith(db.rewrap({ dropRetired }), "BABA_OPTION");
    }
    await db.close();
  });
});

describe("seal()", () => {
  test("makes a sealed store of a plain one, in which plain records are refused afterwards", async () => {
    await (await store.filled({})).close();
    const db = store.open({ passphrase: "x" });
    expect(await db.seal()).toEqual({ records: 3, sealed: 3, problems: [], retiredKeys: 0 });
    expect(await read(db, "a/b/2.baba")).toEqual(note(2));
    await db.close();
    expect(isSealed(await store.keptBytes("1.baba"))).toBe(true);
    await store.put("1.baba", encode(utf8.encode('{"id":1,"text":"downgraded"}')));
    const again = store.open({ passphrase: "x" });
    await failsWith(read(again), "BABA_NOT_SEALED");
    expect(await again.seal()).toMatchObject({ sealed: 0 });
    await failsWith(read(again), "BABA_NOT_SEALED");
    await again.close();
  });

  test("leaves a store that reads both after it was cut short, goes on, and tells other processes of its end", async () => {
    await (await store.filled({}, 600)).close();
    const db = store.open({ identity: mine });
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    await failsWith(store.open().open(), "BABA_SEALED");
    const other = store.open({ identity: mine });
    expect((await other.asyncSession((session) => session.all())).length).toBe(300);
    await add(other, 1001);
    expect(await db.seal()).toMatchObject({ records: 601, problems: [] });
    await store.put("1.baba", encode(utf8.encode('{"id":1,"text":"downgraded"}')));
    await failsWith(read(other), "BABA_NOT_SEALED");
    await db.close();
    await other.close();
  });

  test("changes no file of a store that is sealed already", async () => {
    await using db = await store.filled({ passphrase: "x" });
    await read(db);
    const before = await everythingIn(store.files);
    expect(await db.seal()).toEqual({ records: 0, sealed: 0, problems: [], retiredKeys: 0 });
    expect(await everythingIn(store.files)).toBe(before);
  });

  test("does not end while a record cannot be read, and leaves it as it is", async () => {
    await (await store.filled({})).close();
    await store.put("junk.baba", utf8.encode("no base 3"));
    const db = store.open({ passphrase: "x" });
    const report = await db.seal();
    expect(report.problems).toMatchObject([{ filename: "junk.baba", code: "BABA_CODEC" }]);
    expect(report.sealed).toBe(3);
    await store.files.remove(["junk.baba"]);
    expect(await db.seal()).toMatchObject({ records: 3, sealed: 0, problems: [] });
    await store.put("9.baba", encode(utf8.encode('{"id":9,"text":"plain"}')));
    await failsWith(read(db, "9.baba"), "BABA_NOT_SEALED");
    await db.close();
  });

  test("refuses to seal while another store is within the directory, and makes no key file", async () => {
    await (await store.filled({})).close();
    await store.files.makeFolder("a/.baba");
    await using db = store.open({ passphrase: "x" });
    await expect(db.seal()).rejects.toMatchObject({ code: "BABA_OPTION", record: "a" });
    expect(await store.files.kinds([KEY_FILE])).toEqual([undefined]);
  });

  test("makes an empty sealed store of an empty folder, of which a plain process with it open learns", async () => {
    const plain = store.open();
    await plain.open();
    const db = store.open({ passphrase: "x" });
    expect(await db.seal()).toMatchObject({ records: 0 });
    expect(await store.files.kinds([KEY_FILE])).toEqual(["file"]);
    await failsWith(add(plain, 1), "BABA_SEALED");
    await add(db, 1);
    await plain.close();
    await db.close();
  });

  describe("and the key file of before its end", () => {
    const plain = encode(utf8.encode('{"id":9,"text":"forged"}'));
    const stop = () => {
      throw new Error("stop");
    };
    /** A store that is being sealed and its key file, with another record sealed with an unknown key. */
    const halfSealed = async () => {
      await (await store.filled({}, 3)).close();
      const db = store.open({ identity: mine });
      await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
      const foreign = await store.keptBytes("1.baba");
      foreign[2] = (foreign[2] ?? 0) ^ 1;
      return { db, keyFile: await store.bytesOf(KEY_FILE), foreign: encode(foreign) };
    };

    test("lets running processes refuse that key file, put back, and anything plain", async () => {
      const { db, keyFile, foreign } = await halfSealed();
      await db.seal();
      const late = store.open({ identity: mine });
      await late.open();
      await store.put(KEY_FILE, keyFile);
      await store.put("8.baba", foreign);
      await store.put("9.baba", plain);
      for (const one of [db, late]) {
        await failsWith(read(one, "8.baba"), "BABA_KEYRING");
        await failsWith(read(one, "9.baba"), "BABA_NOT_SEALED");
        await expect(one.rotateKey()).rejects.toThrow("an older key file was put in its place");
        expect(await read(one)).toEqual(note(1));
      }
      expect(await store.bytesOf(KEY_FILE)).toEqual(keyFile);
      await db.close();
      await late.close();
    });

    test("lets open() refuse that key file if the fingerprint of after it is pinned", async () => {
      const { db, keyFile } = await halfSealed();
      const before = db.fingerprint ?? "";
      const other = store.open({ identity: mine });
      await other.open();
      await db.close();
      const pinned = store.open({ identity: mine, fingerprint: before });
      expect(await pinned.seal()).toMatchObject({ problems: [] });
      const fingerprint = pinned.fingerprint ?? "";
      expect(fingerprint).not.toBe(before);
      expect(await pinned.seal()).toMatchObject({ records: 0 });
      await pinned.rotateKey();
      await add(pinned, 5);
      expect(await read(other, "5.baba")).toEqual(note(5));
      expect(other.fingerprint).toBe(fingerprint);
      await add(other, 6);
      await pinned.close();
      await other.close();
      const again = store.open({ identity: mine, fingerprint });
      expect(await read(again, "6.baba")).toEqual(note(6));
      await again.close();
      await store.put(KEY_FILE, keyFile);
      await failsWith(store.open({ identity: mine, fingerprint }).open(), "BABA_KEYRING");
    });

    test("leaves one fingerprint when two end it at once, which both have", async () => {
      const { db } = await halfSealed();
      const other = store.open({ identity: mine });
      await other.open();
      await Promise.all([db.seal(), other.seal()]);
      expect(other.fingerprint).toBe(db.fingerprint);
      const again = store.open({ identity: mine, fingerprint: db.fingerprint ?? "" });
      expect(await read(again)).toEqual(note(1));
      for (const one of [db, other, again]) await one.close();
    });

    test("is announced by a warning at every open(), and no longer when it has ended", async () => {
      const { db } = await halfSealed();
      const warnings = async () => {
        const lines: string[] = [];
        const line = (text: string) => void lines.push(text);
        const one = store.open({
          identity: mine,
          logging: { debug: line, info: line, warn: line, error: line },
        });
        await one.open();
        await one.close();
        return lines.filter((text) => text.includes("WARNING"));
      };
      for (let i = 0; i < 2; i++)
        expect(await warnings()).toEqual([expect.stringContaining("plain records are accepted")]);
      await db.seal();
      await db.close();
      expect(await warnings()).toEqual([]);
    });
  });
});

describe("seal() of files whose names no call takes", () => {
  test("seals none under such a name, reports each, and goes on when they are renamed", async () => {
    const plain = await store.filled({});
    await plain.close();
    const text = encode(utf8.encode(JSON.stringify(note(9))));
    const odd = ["e\u0301.baba", "a:b.baba", `${"x".repeat(215)}.baba`];
    for (const name of odd) await store.put(name, text);
    const db = store.open({ passphrase: "x" });
    const report = await db.seal();
    expect(report.problems.map(({ filename, code }) => [filename, code]).sort()).toEqual(
      odd.map((name) => [name, "BABA_NAME"]).sort(),
    );
    expect(report.sealed).toBe(3);
    for (const name of odd) expect(isSealed(await store.keptBytes(name))).toBe(false);
    await store.files.rename(odd.map((from, i) => ({ from, to: `renamed-${i}.baba` })));
    expect(await db.seal()).toMatchObject({ sealed: 3, problems: [] });
    expect(await read(db, "renamed-0.baba")).toEqual(note(9));
    await db.close();
  });
});
