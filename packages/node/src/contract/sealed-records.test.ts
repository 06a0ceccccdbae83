import { randomBytes } from "node:crypto";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB, encode } from "../index.ts";
import { fromBase3, keyOfRaw, openEnvelope, sealEnvelope, toBase3 } from "./independent-envelope.ts";

const Note = v.object({ id: v.number(), text: v.string() });
const key = Uint8Array.from(randomBytes(32));
const seal = keyOfRaw(key);
const note = (id: number, text = `note ${id}`) => ({ id, text });
const failure = (code: string, record?: string) =>
  expect.objectContaining(record === undefined ? { code } : { code, record });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-sealed-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const open = (raw: Uint8Array = key, folder = directory) =>
  new BabaDB(Note, { directory: folder, key: raw, logging: false });
const file = (name: string) => readFileSync(join(directory, name));
async function store(records: Readonly<Record<string, v.InferOutput<typeof Note>>>): Promise<void> {
  const db = open();
  await db.asyncSession(async (session) => {
    for (const [name, record] of Object.entries(records)) await session.add(record, name);
  });
  await db.close();
}
async function load(name: string): Promise<unknown> {
  const db = open();
  try {
    return await db.asyncSession((session) => session.get(name));
  } finally {
    await db.close();
  }
}
/** Every file below the directory, with its bytes. */
function tree(): Map<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return new Map(files.map((path) => [path, file(path).toString("latin1")]));
}

describe("section 3: a sealed record of add()", () => {
  test("opens by the contract's words alone, whatever its name, which is bound in NFC", async () => {
    const names = ["1.baba", "a/b/c.baba", "cafe\u0301/Zoë 🦸.baba"];
    await store(Object.fromEntries(names.map((name, id) => [name, note(id)])));
    for (const [id, name] of names.entries()) {
      const stored = name.normalize("NFC");
      const opened = openEnvelope(file(stored), name, seal);
      expect(opened.json).toBe(JSON.stringify(note(id)));
      expect(opened).toMatchObject({ flags: 0, size: Buffer.byteLength(opened.json) + 46 });
      expect(() => openEnvelope(file(stored), "2.baba", seal)).toThrow();
    }
  });

  test("is opened by get() if it is made by the contract's words alone, deflated or not", async () => {
    for (const deflate of [false, true]) {
      for (const size of [0, 4096, 100_000]) {
        const record = note(size, "é".repeat(size));
        writeFileSync(
          join(directory, "1.baba"),
          sealEnvelope(JSON.stringify(record), "1.baba", seal, deflate),
        );
        expect(await load("1.baba")).toEqual(record);
      }
    }
  });

  test("is deflated from 4 KiB on, and not before", async () => {
    const frame = JSON.stringify(note(1, "")).length;
    for (const [size, flags] of [
      [4095, 0],
      [4096, 1],
      [4097, 1],
    ] as const) {
      await store({ "1.baba": note(1, "x".repeat(size - frame)) });
      const opened = openEnvelope(file("1.baba"), "1.baba", seal);
      expect([opened.json.length, opened.flags]).toEqual([size, flags]);
      if (flags === 1) expect(opened.size).toBeLessThan(200);
    }
  });

  test("has a nonce of two random halves: one for its commit and one of its own", async () => {
    await store({ "1.baba": note(1), "2.baba": note(2), "3.baba": note(3) });
    const first = ["1.baba", "2.baba", "3.baba"].map((name) => openEnvelope(file(name), name, seal));
    await store({ "1.baba": note(1), "2.baba": note(2) });
    const second = ["1.baba", "2.baba"].map((name) => openEnvelope(file(name), name, seal));
    const all = [...first, ...second];
    expect(new Set(first.map(({ commitHalf }) => commitHalf)).size).toBe(1);
    expect(new Set(all.map(({ commitHalf }) => commitHalf)).size).toBe(2);
    expect(new Set(all.map(({ recordHalf }) => recordHalf)).size).toBe(5);
    expect(all.every(({ keyId }) => keyId === seal.keyId.toString("hex"))).toBe(true);
  });

  test("is opened by all() and get() under a raw key without .baba, in another folder", async () => {
    await store({ "1.baba": note(1), "a/2.baba": note(2) });
    const elsewhere = mkdtempSync(join(tmpdir(), "baba-moved-"));
    cpSync(directory, elsewhere, { recursive: true });
    rmSync(join(elsewhere, ".baba"), { recursive: true });
    const db = open(key, elsewhere);
    expect(await db.asyncSession((session) => session.all())).toEqual([note(1)]);
    expect(await db.asyncSession((session) => session.get("a/2.baba"))).toEqual(note(2));
    await db.close();
    rmSync(elsewhere, { recursive: true });
  });
});

describe("section 3: a record that is not as it was sealed", () => {
  const text = () => file("1.baba");
  const changed = (at: number, mask: number) => {
    const envelope = fromBase3(text());
    envelope[at] = (envelope[at] ?? 0) ^ mask;
    return toBase3(envelope);
  };
  const cases: Readonly<Record<string, [() => Uint8Array, string]>> = {
    "another version": [() => changed(0, 0x02), "BABA_ENVELOPE"],
    "an unknown flag": [() => changed(1, 0x80), "BABA_ENVELOPE"],
    "the flag of deflation": [() => changed(1, 0x01), "BABA_TAMPERED"],
    "another key id": [() => changed(3, 0x10), "BABA_KEY_UNKNOWN"],
    "another nonce": [() => changed(10, 0x01), "BABA_TAMPERED"],
    "another ciphertext": [() => changed(33, 0x01), "BABA_TAMPERED"],
    "another tag": [() => changed(fromBase3(text()).length - 1, 0x01), "BABA_TAMPERED"],
    "a record cut short": [() => toBase3(fromBase3(text()).subarray(0, -1)), "BABA_TAMPERED"],
    "an envelope cut short": [() => toBase3(fromBase3(text()).subarray(0, 45)), "BABA_ENVELOPE"],
    "an empty file": [() => new Uint8Array(0), "BABA_ENVELOPE"],
    "a plain record": [() => encode(Buffer.from(JSON.stringify(note(1)))), "BABA_NOT_SEALED"],
    "a record of another name": [() => file("2.baba"), "BABA_TAMPERED"],
    "a record of another key": [
      () => sealEnvelope("{}", "1.baba", keyOfRaw(randomBytes(32))),
      "BABA_KEY_UNKNOWN",
    ],
    "a record of another store": [
      () => sealEnvelope("{}", "1.baba", { ...seal, storeId: randomBytes(16) }),
      "BABA_TAMPERED",
    ],
  };
  test.each(Object.keys(cases))("is refused by get() and all(): %s", async (name) => {
    await store({ "1.baba": note(1), "2.baba": note(2) });
    const [make, code] = cases[name] ?? [];
    writeFileSync(join(directory, "1.baba"), make?.() ?? "");
    const before = tree();
    const db = open();
    const expected = failure(code ?? "", "1.baba");
    await expect(db.asyncSession((session) => session.get("1.baba"))).rejects.toEqual(expected);
    await expect(db.asyncSession((session) => session.all())).rejects.toEqual(expected);
    const readable = await db.asyncSession((session) => session.all(".", Note, { unreadable: "skip" }));
    expect(readable).toEqual([note(2)]);
    await db.close();
    expect(tree()).toEqual(before);
  });

  test("is refused by get() if it was renamed by hand", async () => {
    await store({ "1.baba": note(1) });
    renameSync(join(directory, "1.baba"), join(directory, "7.baba"));
    await expect(load("7.baba")).rejects.toEqual(failure("BABA_TAMPERED", "7.baba"));
    expect(await load("1.baba")).toBeUndefined();
  });
});

describe("section 3: keys of new BabaDB()", () => {
  test.each([
    { passphrase: undefined },
    { passphrase: "" },
    { identity: undefined },
    { identity: [] },
    { identity: "" },
    { key: undefined },
    { key: new Uint8Array(0) },
  ])("throw BABA_KEY_MISSING if they are there and empty, never a plain store: %o", (options) => {
    expect(() => new BabaDB(Note, { directory, logging: false, ...options })).toThrow(
      failure("BABA_KEY_MISSING"),
    );
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    { passphrase: "x", key },
    { key: new Uint8Array(31) },
    { key: "0".repeat(64) },
    { fingerprint: "0".repeat(32) },
    { recipients: [] },
    { passphrase: 7 },
    { identity: "AGE-SECRET-KEY-1WRONG" },
  ])("throw BABA_OPTION if they are none, or two at once, and are in no message", (options) => {
    // @ts-expect-error what the compiler refuses is refused at run time too
    expect(() => new BabaDB(Note, { directory, logging: false, ...options })).toThrow(failure("BABA_OPTION"));
  });

  test("are refused by open() if they are wrong, which changes nothing on disk", async () => {
    await store({ "1.baba": note(1) });
    const before = tree();
    const other = open(Uint8Array.from(randomBytes(32)));
    await expect(other.open()).rejects.toEqual(failure("BABA_KEY_WRONG"));
    await expect(other.asyncSession((session) => session.add(note(2)))).rejects.toEqual(
      failure("BABA_KEY_WRONG"),
    );
    await other.close();
    const without = new BabaDB(Note, { directory, logging: false });
    await expect(without.open()).rejects.toEqual(failure("BABA_SEALED"));
    await without.close();
    expect(tree()).toEqual(before);
    expect(await load("1.baba")).toEqual(note(1));
  });

  test("are refused by open() if they differ from those of another database on the folder", async () => {
    const [first, same, wrong] = [open(), open(), open(Uint8Array.from(randomBytes(32)))];
    await first.asyncSession((session) => session.add(note(1)));
    expect(await same.asyncSession((session) => session.count())).toBe(1);
    await expect(wrong.open()).rejects.toEqual(failure("BABA_KEY_WRONG"));
    await Promise.all([first.close(), same.close(), wrong.close()]);
  });

  test("keep every secret of add() out of every file, in whatever coding", async () => {
    const secret = "Melchisedech-42-Kartoffelsuppe";
    const db = new BabaDB(Note, { directory, key, settle: "background", logging: false });
    await db.asyncSession(async (session) => {
      for (let id = 0; id < 50; id++) await session.add(note(id, secret.repeat(1 + id * 10)));
    });
    const during = [...tree().values()].join("\n");
    await db.close();
    const everything = during + [...tree().values()].join("\n");
    const base3 = Buffer.from(encode(Buffer.from(secret)))
      .toString()
      .replace(/ \d\d[a-z]/g, "")
      .slice(0, 100);
    const needles = [
      secret,
      Buffer.from(secret, "utf16le").toString("latin1"),
      ...[0, 1, 2].map((shift) =>
        Buffer.from("x".repeat(shift) + secret)
          .toString("base64")
          .slice(4, 30),
      ),
    ];
    for (const needle of needles) expect(everything.includes(needle)).toBe(false);
    expect(everything.replace(/ \d\d[a-z]/g, "").includes(base3)).toBe(false);
  });
});
