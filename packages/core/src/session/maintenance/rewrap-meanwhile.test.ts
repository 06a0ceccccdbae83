import { beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../codec/index.ts";
import type { FileSystem, TakeFile } from "../../file-system/file-system.ts";
import { withCalls } from "../../file-system/with-calls.fixture.ts";
import { assemble } from "../database/assemble.ts";
import { Database } from "../database/database.ts";
import {
  add,
  failsWith,
  KEY_FILE,
  Note,
  NoteStore,
  type Notes,
  note,
  read,
  utf8,
} from "../note-store.fixture.ts";

let store: NoteStore;
beforeEach(() => {
  store = new NoteStore();
});

const plainNote = (id: number) => encode(utf8.encode(JSON.stringify(note(id))));

describe("rewrap({ dropRetired: true })", () => {
  test("keeps the retired keys if a record sealed with one was put back meanwhile", async () => {
    const db = await store.filled({ passphrase: "x" });
    const old = await store.bytesOf("1.baba");
    await db.rotateKey();
    const onProgress = () => void store.put("1.baba", old);
    await failsWith(db.rewrap({ dropRetired: true, onProgress }), "BABA_CONFLICT");
    await db.close();
    const again = store.open({ passphrase: "x" });
    expect(await read(again)).toEqual(note(1));
    expect(await again.rewrap()).toMatchObject({ sealed: 1, retiredKeys: 1 });
    expect(await again.rewrap({ dropRetired: true })).toMatchObject({ problems: [], retiredKeys: 0 });
    expect(await read(again)).toEqual(note(1));
    await again.close();
  });
});

describe("rewrap({ dropRetired: true }) while another process rotates the key", () => {
  test("names the rotation as what may have come in between, and does it when it is run again", async () => {
    const db = await store.filled({ passphrase: "x" });
    const other = store.open({ passphrase: "x" });
    const rewrapping = db.rewrap({ dropRetired: true, onProgress: () => other.rotateKey() });
    await expect(rewrapping).rejects.toMatchObject({
      code: "BABA_CONFLICT",
      message: expect.stringContaining("or the key was rotated again"),
    });
    expect(await db.rewrap({ dropRetired: true })).toMatchObject({ sealed: 3, retiredKeys: 0 });
    await other.close();
    await db.close();
  });
});

describe("seal()", () => {
  test("lets a plain database that was open meanwhile close without an ERROR, as it leaves no work", async () => {
    await (await store.filled({})).close();
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    const plain = store.open({ logging: { debug: line, info: line, warn: line, error: line } });
    await plain.open();
    await add(plain, 7);
    const db = store.open({ passphrase: "x" });
    await db.seal();
    await plain.close();
    expect(lines.filter((text) => text.includes("(ERROR)"))).toEqual([]);
    expect(await read(db, "7.baba")).toEqual(note(7));
    await db.close();
  });

  test("does not end if a plain record was put there meanwhile, and seals it when it is run again", async () => {
    await (await store.filled({})).close();
    const db = store.open({ passphrase: "x" });
    const onProgress = () => void store.put("9.baba", plainNote(9));
    await failsWith(db.seal({ onProgress }), "BABA_CONFLICT");
    expect(await db.seal()).toMatchObject({ sealed: 1, problems: [] });
    expect(await read(db, "9.baba")).toEqual(note(9));
    await db.close();
  });

  test("leaves the store plain if it finds no room for its journal", async () => {
    const plain = await store.filled({});
    const db = store.openOnDisk(() => true, { passphrase: "x" });
    await failsWith(db.seal(), "BABA_DISK_FULL");
    expect(await store.files.kinds([KEY_FILE])).toEqual([undefined]);
    await add(plain, 4);
    await plain.close();
    await db.close();
  });

  test("keeps plain processes from writing from its beginning on, also if it can seal no record", async () => {
    const plain = store.open();
    await add(plain, 1);
    await store.put("1.baba", utf8.encode("no base 3"));
    const db = store.open({ passphrase: "x" });
    expect(await db.seal()).toMatchObject({ sealed: 0, problems: [{ code: "BABA_CODEC" }] });
    await failsWith(add(plain, 2), "BABA_SEALED");
    await plain.close();
    await db.close();
  });
});

describe("seal() that ends while a record is read that was plain until then", () => {
  const options = { passphrase: "x", logging: false };
  /** What is done once, between the read of the plain record's file and the answer. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  const readEach: FileSystem["readEach"] = async (paths, take) => {
    const found: Parameters<TakeFile>[] = [];
    await store.files.readEach(paths, (file, i) =>
      found.push([file instanceof Uint8Array ? file.slice() : file, i]),
    );
    const work = paths.includes("9.baba") ? meanwhile : undefined;
    if (work !== undefined) meanwhile = undefined;
    await work?.();
    for (const [file, i] of found) take(file, i);
  };

  /** A store that is being sealed, with a record that is still plain. */
  const halfSealed = async () => {
    await (await store.filled({})).close();
    await using db = store.open(options);
    const stop = () => {
      throw new Error("stop");
    };
    await expect(db.seal({ onProgress: stop })).rejects.toThrow("stop");
    await store.put("9.baba", plainNote(9));
  };

  const ways: [string, (reader: Notes) => Promise<unknown>, unknown][] = [
    ["get() gives it", (reader) => read(reader, "9.baba"), note(9)],
    [
      "all() gives it too",
      (reader) => reader.asyncSession((session) => session.all()),
      [note(1), note(3), note(9)],
    ],
    ["verify() finds nothing wrong", (reader) => reader.verify(), { records: 4, problems: [] }],
  ];
  for (const [title, look, expected] of ways) {
    test.each(["the same process", "another process"])(`${title}, if seal() is of %s`, async (whose) => {
      await halfSealed();
      const context = assemble({ ...store.runtime, fileSystem: () => withCalls(store.files, { readEach }) });
      await using reader = new Database(Note, options, context);
      await using sealer =
        whose === "another process" ? store.open(options) : new Database(Note, options, context);
      await Promise.all([reader.open(), sealer.open()]);
      meanwhile = () => sealer.seal();
      expect(await look(reader)).toEqual(expected);
      expect(meanwhile).toBeUndefined();
      await store.put("9.baba", plainNote(9));
      await failsWith(read(reader, "9.baba"), "BABA_NOT_SEALED");
    });
  }
});
