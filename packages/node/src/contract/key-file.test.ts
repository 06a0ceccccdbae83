import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BabaDB, type BabaOptions } from "../index.ts";
import { ageDecrypt, ageEncrypt, ageKeyPair } from "./independent-age.ts";
import { openEnvelope, sealEnvelope } from "./independent-envelope.ts";

const Note = v.object({ id: v.number(), text: v.string() });
const note = (id: number) => ({ id, text: `note ${id}` });
const failure = (code: string) => expect.objectContaining({ code });
const [alice, bob, mallory] = [ageKeyPair(), ageKeyPair(), ageKeyPair()];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "baba-key-file-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const open = (unlock: Partial<BabaOptions>) =>
  new BabaDB(Note, { directory, logging: false, ...unlock } as BabaOptions);
const keyFile = () => join(directory, ".baba", "key.age");
async function within<T>(
  unlock: Partial<BabaOptions>,
  work: (db: BabaDB<typeof Note>) => Promise<T>,
): Promise<T> {
  const db = open(unlock);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
const create = (unlock: Partial<BabaOptions>) =>
  within(unlock, async (db) => {
    await db.asyncSession((session) => session.add(note(1), "notes/1.baba"));
    return db.fingerprint;
  });
const read = (unlock: Partial<BabaOptions>) =>
  within(unlock, (db) => db.asyncSession((session) => session.get("notes/1.baba")));
function tree(): Map<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(directory, path), "latin1")]));
}

type Keyring = {
  readonly store: string;
  readonly keys: readonly {
    readonly id: string;
    readonly key: string;
    readonly created: string;
    readonly state: string;
  }[];
  readonly recipients: readonly string[];
  readonly converting: boolean;
};
const keyringOf = (secret: string): Keyring => JSON.parse(ageDecrypt(readFileSync(keyFile()), secret));
const sealOf = ({ store, keys: [first] }: Keyring) => ({
  storeId: Buffer.from(store, "hex"),
  keyId: Buffer.from(first?.id ?? "", "hex"),
  key: Buffer.from(first?.key ?? "", "hex"),
});

describe("section 3: the key file", () => {
  test.each([
    ["an identity", { identity: alice.identity }, alice.identity, [alice.recipient]],
    ["a passphrase", { passphrase: "correct horse ✓" }, "correct horse ✓", []],
  ] as const)(
    "is opened by age's specification alone with %s after add(), and its keyring opens the records",
    async (_, unlock, secret, recipients) => {
      await create(unlock);
      expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
      const keyring = keyringOf(secret);
      expect(keyring).toMatchObject({ recipients, converting: false, keys: [{ state: "active" }] });
      expect(new Date(keyring.keys[0]?.created ?? "").getTime()).toBeGreaterThan(Date.now() - 60_000);
      const text = readFileSync(join(directory, "notes/1.baba"));
      expect(JSON.parse(openEnvelope(text, "notes/1.baba", sealOf(keyring)).json)).toEqual(note(1));
      writeFileSync(
        join(directory, "notes/2.baba"),
        sealEnvelope(JSON.stringify(note(2)), "notes/2.baba", sealOf(keyring)),
      );
      expect(await within(unlock, (db) => db.asyncSession((session) => session.all("notes")))).toEqual([
        note(1),
        note(2),
      ]);
    },
  );

  test("is opened by get() for each of several recipients, and for nobody else", async () => {
    const recipients = [alice.recipient, bob.recipient];
    await create({ identity: alice.identity, recipients });
    expect(keyringOf(bob.identity).recipients).toEqual(recipients);
    expect(await read({ identity: bob.identity })).toEqual(note(1));
    expect(await read({ identity: [mallory.identity, alice.identity] })).toEqual(note(1));
    await expect(read({ identity: mallory.identity })).rejects.toEqual(failure("BABA_KEY_WRONG"));
    await expect(read({ passphrase: "x" })).rejects.toEqual(failure("BABA_KEY_WRONG"));
  });

  test("is opened by get() after age has encrypted it anew for the same recipients", async () => {
    await create({ identity: alice.identity });
    const keyring = ageDecrypt(readFileSync(keyFile()), alice.identity);
    writeFileSync(keyFile(), ageEncrypt(`${keyring}\n`, [alice.recipient]));
    expect(await read({ identity: alice.identity })).toEqual(note(1));
  });

  test("is refused by get() if somebody else has made it and the fingerprint is pinned", async () => {
    const fingerprint = await create({ identity: alice.identity });
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
    if (fingerprint === undefined) return;
    expect(await read({ identity: alice.identity, fingerprint })).toEqual(note(1));
    const closed = open({ identity: alice.identity });
    await closed.open();
    expect(closed.fingerprint).toBe(fingerprint);
    await closed.close();
    expect(closed.fingerprint).toBeUndefined(); // and not that of wiped keys
    const real = readFileSync(keyFile());
    rmSync(directory, { recursive: true });
    await create({ identity: mallory.identity, recipients: [mallory.recipient, alice.recipient] });
    await expect(read({ identity: alice.identity, fingerprint })).rejects.toEqual(failure("BABA_KEYRING"));
    writeFileSync(keyFile(), real);
    await expect(read({ identity: alice.identity, fingerprint })).rejects.toThrow();
  });

  test("is required by open() and add() beside sealed records, and nothing is written without it", async () => {
    for (const unlock of [{ identity: alice.identity }, { passphrase: "x" }]) {
      await create(unlock);
      rmSync(join(directory, ".baba"), { recursive: true });
      const before = tree();
      await expect(within(unlock, (db) => db.open())).rejects.toEqual(failure("BABA_KEYRING"));
      await expect(create(unlock)).rejects.toEqual(failure("BABA_KEYRING"));
      await expect(within({}, (db) => db.open())).rejects.toEqual(failure("BABA_SEALED"));
      expect(tree()).toEqual(before);
      rmSync(directory, { recursive: true });
    }
  });

  test("is refused by open() with a wrong passphrase, which changes nothing and is in no message", async () => {
    await create({ passphrase: "right" });
    const before = tree();
    const error: unknown = await within({ passphrase: "WRONG-ONE" }, (db) => db.open()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "BABA_KEY_WRONG" });
    expect(String(error)).not.toContain("WRONG-ONE");
    expect(tree()).toEqual(before);
    expect(await read({ passphrase: "right" })).toEqual(note(1));
  });

  test.each([
    ["empty", () => Buffer.alloc(0)],
    ["no age file", () => Buffer.from("hello")],
    ["cut short", (file: Buffer) => file.subarray(0, file.length / 2)],
    ["a keyring of nonsense", () => ageEncrypt('{"format":1}', [alice.recipient])],
    ["large", () => Buffer.alloc(3 * 2 ** 20, "x")],
  ])("is BABA_KEYRING to get() if it is %s", async (_, make) => {
    await create({ identity: alice.identity });
    writeFileSync(keyFile(), make(readFileSync(keyFile())));
    const before = tree();
    await expect(read({ identity: alice.identity })).rejects.toEqual(failure("BABA_KEYRING"));
    expect(tree()).toEqual(before);
  });
});
