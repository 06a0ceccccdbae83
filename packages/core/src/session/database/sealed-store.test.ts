import { inspect } from "node:util";
import { generateX25519Identity } from "age-encryption";
import * as v from "valibot";
import { beforeEach, describe, expect, test } from "vitest";
import { decode, encode } from "../../codec/index.ts";
import { nobleCrypto } from "../../crypto/noble.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import { JOURNAL_FOLDER } from "../../storage/layout.ts";
import { type MemoryRuntime, memoryRuntime } from "../../testing/memory-runtime.ts";
import { everythingIn } from "../note-store.fixture.ts";
import type { BabaOptions } from "../options.ts";
import { assemble } from "./assemble.ts";
import { Database } from "./database.ts";

const Hero = v.object({ id: v.number(), name: v.string() });
const alice = { id: 1, name: "Alice the secret" };
const bob = { id: 2, name: "Bob" };
const KEY_FILE = ".baba/key.age";
const NAMES = ["1.baba", "heroes/bob.baba"] as const;
const CANNOT_SEAL = "the option key cannot seal an existing store";
const GIVE_ITS_KEY =
  /it is not sealed with the key that was given\. Nothing was changed\. Give the key that the store was made with/;
const rawKey = new Uint8Array(32).fill(7);
const [mine, theirs] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);

/** With an instant scrypt. */
const quick = (runtime: MemoryRuntime): MemoryRuntime => ({
  ...runtime,
  crypto: {
    ...nobleCrypto,
    scrypt: async (password, salt, workFactor) =>
      nobleCrypto.hkdf(password, salt, new Uint8Array([workFactor]), 32),
  },
});

let runtime: MemoryRuntime;
let files: FileSystem;
let lines: string[];

beforeEach(() => {
  runtime = quick(memoryRuntime());
  files = runtime.fileSystem(".");
  lines = [];
});

/** A database as if in a process of its own. */
function open(options: BabaOptions = {}): Database<typeof Hero> {
  const note = (line: string) => void lines.push(line);
  const logging = { debug: note, info: note, warn: note, error: note };
  return new Database(Hero, { logging, logLevel: "debug", ...options }, assemble(runtime));
}

async function write(options: BabaOptions): Promise<Database<typeof Hero>> {
  const db = open(options);
  await db.asyncSession(async (session) => {
    await session.add(alice);
    await session.add(bob, "heroes/bob.baba");
  });
  return db;
}

const read = (db: Database<typeof Hero>, name = "1.baba") => db.asyncSession((session) => session.get(name));

async function bytesOf(path: string): Promise<Uint8Array> {
  const [bytes] = await files.read([path]);
  if (!(bytes instanceof Uint8Array)) throw new Error(`no ${path}`);
  return bytes;
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await files.remove([path]);
  await files.create([{ path, bytes }]);
}

async function removeJournal(): Promise<void> {
  for (const { name } of (await files.list(JOURNAL_FOLDER)) ?? [])
    await files.remove([`${JOURNAL_FOLDER}/${name}`]);
}

const everything = () => everythingIn(files);
const code = (name: string) => expect.objectContaining({ code: name });
const failsWith = (work: Promise<unknown>, name: string) => expect(work).rejects.toThrow(code(name));

const WAYS: readonly (readonly [string, BabaOptions])[] = [
  ["passphrase", { passphrase: "correct horse" }],
  ["identity", { identity: mine }],
  ["key", { key: rawKey }],
];

describe.each(WAYS)("a store sealed by a %s", (kind, options) => {
  test("get() and all() give back what was committed, in this process and in the next", async () => {
    const db = await write(options);
    expect(await read(db)).toEqual(alice);
    await db.close();
    const again = open(options);
    expect(await again.asyncSession((session) => session.all("heroes"))).toEqual([bob]);
    expect(await read(again)).toEqual(alice);
    await again.close();
  });

  test("commit() leaves no value in plain, in the journal or in the files, and logs no warning", async () => {
    const db = await write({ ...options, settle: "background" });
    const before = await everything();
    await db.close();
    for (const text of [before, await everything()]) {
      expect(text).not.toContain(String(new TextEncoder().encode("Alice the secret")));
      expect(text).not.toContain(String(encode(new TextEncoder().encode("Alice"))));
    }
    expect(decode(await bytesOf("1.baba"))[0]).toBe(1);
    expect(lines.filter((line) => line.includes("WARNING"))).toEqual([]);
  });

  test("open() refuses it without a key, with another and in another way, and changes nothing on the disk", async () => {
    await (await write(options)).close();
    const before = await everything();
    await failsWith(open().open(), "BABA_SEALED");
    for (const wrong of [
      { passphrase: "wrong" },
      { identity: theirs },
      { key: new Uint8Array(32) },
    ] as const) {
      const expected = kind === "key" && !("key" in wrong) ? "BABA_KEYRING" : "BABA_KEY_WRONG";
      await failsWith(open(wrong).open(), expected);
    }
    expect(await everything()).toBe(before);
    const right = open(options);
    expect(await read(right)).toEqual(alice);
    await right.close();
  });

  test("open() that refuses it logs no line of work that is left", async () => {
    await (await write(options)).close();
    lines = [];
    await failsWith(open().open(), "BABA_SEALED");
    await failsWith(open({ key: new Uint8Array(32) }).open(), "BABA_KEY_WRONG");
    expect(lines.filter((line) => line.includes("left to the next open"))).toEqual([]);
  });

  test("open() refuses it without its journal too, by what its records are", async () => {
    await (await write(options)).close();
    await removeJournal();
    await files.remove([KEY_FILE]);
    const before = await everything();
    await failsWith(open().open(), "BABA_SEALED");
    await failsWith(open({ passphrase: "any" }).open(), "BABA_KEYRING");
    await failsWith(open({ key: new Uint8Array(32) }).open(), "BABA_KEY_WRONG");
    expect(await everything()).toBe(before);
  });

  test("open() of two databases of one process opens it in one way only", async () => {
    const db = await write(options);
    const other = (more: BabaOptions) => new Database(Hero, { logging: false, ...more }, context);
    const context = assemble(runtime);
    const first = other(options);
    await first.open();
    const second = other(options);
    expect(await read(second)).toEqual(alice);
    await failsWith(other({}).open(), "BABA_SEALED");
    for (const wrong of [{ passphrase: "wrong" }, { identity: theirs }, { key: new Uint8Array(32) }] as const)
      await failsWith(other(wrong).open(), "BABA_KEY_WRONG");
    for (const one of [db, first, second]) await one.close();
  });

  test("Database shows no key of it in errors, logs and util.inspect", async () => {
    const db = await write(options);
    const failed = await open({ passphrase: "another secret" })
      .open()
      .catch((error: unknown) => error);
    const shown = [
      inspect(db, { depth: 12, showHidden: true }),
      inspect(failed, { depth: 12 }),
      ...lines,
    ].join();
    await db.close();
    expect(shown).not.toMatch(/correct horse|another secret|AGE-SECRET|\b7, 7, 7/);
  });
});

test("new Database() throws BABA_KEY_MISSING for a key option that is there and undefined or empty", () => {
  for (const options of [
    { passphrase: undefined },
    { passphrase: "" },
    { identity: undefined },
    { identity: [] },
    { key: undefined },
    { key: new Uint8Array() },
  ] as const) {
    expect(() => open(options)).toThrow(code("BABA_KEY_MISSING"));
  }
});

test("Database.open() says which key to give instead of a wrong raw key, by the journal and by the records", async () => {
  await (await write({ key: rawKey })).close();
  const opening = () => open({ key: new Uint8Array(32) }).open();
  await expect(opening()).rejects.toThrow(GIVE_ITS_KEY);
  await removeJournal();
  await expect(opening()).rejects.toThrow(GIVE_ITS_KEY);
});

describe("records of a sealed store", () => {
  test("get() refuses by name those that were swapped, renamed or copied, and leaves them as they are", async () => {
    await (await write({ passphrase: "x" })).close();
    const [one, two] = [await bytesOf(NAMES[0]), await bytesOf(NAMES[1])];
    await put(NAMES[0], two);
    await put(NAMES[1], one);
    await put("copy.baba", one);
    const db = open({ passphrase: "x" });
    for (const name of [...NAMES, "copy.baba"])
      await expect(read(db, name)).rejects.toMatchObject({ code: "BABA_TAMPERED", record: name });
    const skipped = await db.asyncSession((session) => session.all(".", Hero, { unreadable: "skip" }));
    expect(skipped).toEqual([]);
    await db.close();
    await put(NAMES[0], one);
    await put(NAMES[1], two);
    await files.remove(["copy.baba"]);
    const again = open({ passphrase: "x" });
    expect(await read(again, NAMES[1])).toEqual(bob);
    await again.close();
  });

  test("get() refuses by name those in which any part was changed, or which were cut short", async () => {
    await (await write({ key: rawKey })).close();
    const envelope = decode(await bytesOf(NAMES[0]));
    const db = open({ key: rawKey });
    await db.open();
    const cases: [number, number, string][] = [
      [0, 2, "BABA_ENVELOPE"],
      [1, 1, "BABA_TAMPERED"],
      [1, 2, "BABA_ENVELOPE"],
      [2, 0x80, "BABA_KEY_UNKNOWN"],
      [6, 1, "BABA_TAMPERED"],
      [29, 1, "BABA_TAMPERED"],
      [envelope.length - 1, 1, "BABA_TAMPERED"],
    ];
    for (const [at, mask, expected] of cases) {
      await put(NAMES[0], encode(envelope.map((byte, i) => (i === at ? byte ^ mask : byte))));
      await expect(read(db), `byte ${at}`).rejects.toMatchObject({ code: expected, record: NAMES[0] });
    }
    for (let length = 0; length < envelope.length; length++) {
      await put(NAMES[0], encode(envelope.subarray(0, length)));
      await expect(read(db)).rejects.toMatchObject({
        code: length < 46 ? "BABA_ENVELOPE" : "BABA_TAMPERED",
        record: NAMES[0],
      });
    }
    await db.close();
  });

  test("open() does not open them in a store whose store.json says another format", async () => {
    await (await write({ passphrase: "x" })).close();
    await put(".baba/store.json", new TextEncoder().encode('{"format":2}'));
    const before = await everything();
    await failsWith(open({ passphrase: "x" }).open(), "BABA_FORMAT");
    expect(await everything()).toBe(before);
  });
});

describe("a store with plain and sealed parts", () => {
  test("commit() under a raw key throws BABA_NOT_SEALED beside a plain record, and seals nothing", async () => {
    const text = encode(new TextEncoder().encode(JSON.stringify(alice)));
    await files.makeFolder(".");
    await files.create([{ path: "1.baba", bytes: text }]);
    const db = open({ key: rawKey });
    await failsWith(read(db), "BABA_NOT_SEALED");
    await failsWith(
      db.asyncSession((session) => session.add(bob)),
      "BABA_NOT_SEALED",
    );
    await db.close();
    expect(await files.kinds(["2.baba"])).toEqual([undefined]);
    expect(await read(open())).toEqual(alice);
  });

  test("get() and all() throw BABA_NOT_SEALED at a plain record in a sealed store, and leave it as it is", async () => {
    await (await write({ passphrase: "x" })).close();
    const plain = encode(new TextEncoder().encode('{"id":3,"name":"Eve"}'));
    await put("3.baba", plain);
    const db = open({ passphrase: "x" });
    await failsWith(read(db, "3.baba"), "BABA_NOT_SEALED");
    await failsWith(
      db.asyncSession((session) => session.all()),
      "BABA_NOT_SEALED",
    );
    expect(await bytesOf("3.baba")).toEqual(plain);
    await db.close();
  });

  test("add() with a key writes nothing to a plain store", async () => {
    await (await write({})).close();
    const before = await everything();
    for (const options of [{ passphrase: "x" }, { identity: mine }] as const) {
      const db = open(options);
      await failsWith(read(db), "BABA_NOT_SEALED");
      await failsWith(
        db.asyncSession((session) => session.add(alice, "new.baba")),
        "BABA_NOT_SEALED",
      );
      await db.close();
    }
    await failsWith(open({ key: rawKey }).open(), "BABA_NOT_SEALED");
    expect(await everything()).toBe(before);
  });

  test("open(), all() and add() with a raw key say that it cannot seal an existing store, with .baba and without", async () => {
    await (await write({})).close();
    await expect(open({ key: rawKey }).open()).rejects.toThrow(CANNOT_SEAL);
    await removeJournal();
    const db = open({ key: rawKey });
    await expect(db.asyncSession((session) => session.all())).rejects.toThrow(CANNOT_SEAL);
    await expect(db.asyncSession((session) => session.add(bob))).rejects.toThrow(CANNOT_SEAL);
    await db.close();
    expect(await read(open())).toEqual(alice);
  });

  test("open() says so if a plain journal was put into a store sealed by a raw key", async () => {
    await (await write({})).close();
    const [segment] = (await files.list(JOURNAL_FOLDER)) ?? [];
    const path = `${JOURNAL_FOLDER}/${segment?.name}`;
    const plain = await bytesOf(path);
    for (const name of [...NAMES, path]) await files.remove([name]);
    await (await write({ key: rawKey })).close();
    await removeJournal();
    await put(path, plain);
    await expect(open({ key: rawKey }).open()).rejects.toThrow("it is not sealed but the store is");
  });

  test("get() says so if a plain record was put into a store sealed by a raw key", async () => {
    await (await write({ key: rawKey })).close();
    await put("0.baba", encode(new TextEncoder().encode('{"id":0,"name":"Eve"}')));
    const db = open({ key: rawKey });
    await expect(read(db, "0.baba")).rejects.toThrow("this store is sealed but the record is not");
    await db.close();
  });

  test("get() and add() of a plain process throw BABA_SEALED once another has sealed the store", async () => {
    const plain = open();
    await plain.open();
    const sealed = await write({ passphrase: "x" });
    await failsWith(read(plain), "BABA_SEALED");
    await failsWith(
      plain.asyncSession((session) => session.add(bob)),
      "BABA_SEALED",
    );
    await plain.close();
    expect(await read(sealed)).toEqual(alice);
    await sealed.close();
  });
});
