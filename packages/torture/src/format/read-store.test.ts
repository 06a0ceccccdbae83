import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB, type Database, decode, encode, type Schema, type Unlock } from "@baba/node";
import * as v from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { Chance } from "../harness/chance.ts";
import { newFolders } from "../harness/planted.fixture.ts";
import { hasPython, readByBaba, readByPython } from "./reading.fixture.ts";

const STORES = fileURLToPath(new URL("../../../../vectors/stores", import.meta.url));
/** Commits two records and a deletion to a store in the background, and dies before they are in place. */
const DYING = fileURLToPath(new URL("../../../node/scripts/make-stores.mjs", import.meta.url));
const Secrets = v.object({ passphrase: v.string(), identity: v.string(), key: v.string() });
const { passphrase, identity, key } = v.parse(
  Secrets,
  JSON.parse(readFileSync(join(STORES, "secrets.json"), "utf8")),
);
const RAW: Unlock = { key: Buffer.from(key, "hex") };
const UNLOCKS: Readonly<Record<string, Unlock>> = {
  plain: {},
  sealed: { passphrase },
  "sealed-identity": { identity },
  "sealed-key": RAW,
};
const newFolder = newFolders();
let python: boolean;

beforeAll(async () => {
  python = await hasPython();
});

describe("read_store.py, written from docs/format.md, reads what BabaDB reads:", () => {
  test.each(Object.keys(UNLOCKS))(
    "the store of vectors/stores that is %s and has commits only in its journal",
    async (kind) => {
      const reading = await mustAgree(join(STORES, `1-${kind}-journal`), UNLOCKS[kind] ?? {});
      expect(reading).toHaveProperty(["records", "new/eve.baba"]);
    },
  );

  test.each(["plain", "sealed-identity"])(
    "a store that is %s, with random commits in the journal, and then of a killed process",
    async (kind) => {
      const directory = newFolder();
      const unlock = UNLOCKS[kind] ?? {};
      await using db = new BabaDB(v.any(), { directory, logging: false, ...unlock });
      await commitAtRandom(db, new Chance(7));
      await db.asyncSession((session) => session.add({ text: "long ".repeat(209_715) }, "long.baba")); // 1 MiB
      if (kind !== "plain") await db.rotateKey();
      await commitAtRandom(db, new Chance(8));
      await mustAgree(directory, unlock);
      await db.close();
      die(kind, directory);
      expect(await mustAgree(directory, unlock)).toHaveProperty(["records", "new/eve.baba"]);
    },
  );

  test("a plain store whose seal() was not finished", async () => {
    const directory = newFolder();
    await add(directory, {}, { "1.baba": 1, "deep/2.baba": 2 });
    const plain = readFileSync(join(directory, "1.baba"));
    await using db = new BabaDB(v.any(), { directory, logging: false, identity });
    await db.seal();
    writeFileSync(join(directory, "1.baba"), plain);
    expect(await mustAgree(directory, { identity })).toMatchObject({
      problems: { "1.baba": "BABA_NOT_SEALED" },
    });
  });
});

describe("read_store.py finds what BabaDB finds", () => {
  test("in sealed records that were changed, renamed, or brought in from another store", async () => {
    const [directory, other] = [newFolder(), newFolder()];
    await add(directory, RAW, Object.fromEntries([..."abcdefgh"].map((name) => [`${name}.baba`, name])));
    await add(other, { key: new Uint8Array(32) }, { "c.baba": "c" });
    change(join(directory, "a.baba"), (envelope) => flipped(envelope, envelope.length - 1));
    copyFileSync(join(directory, "h.baba"), join(directory, "b.baba"));
    copyFileSync(join(other, "c.baba"), join(directory, "c.baba"));
    change(join(directory, "d.baba"), (envelope) => envelope.subarray(0, 45));
    change(join(directory, "e.baba"), () => Buffer.from('{"id":1}'));
    change(join(directory, "f.baba"), (envelope) => flipped(envelope, 1));
    writeFileSync(join(directory, "g.baba"), "011120 49");
    expect(await mustAgree(directory, RAW)).toEqual({
      records: { "h.baba": { value: "h" } },
      problems: {
        "a.baba": "BABA_TAMPERED",
        "b.baba": "BABA_TAMPERED",
        "c.baba": "BABA_KEY_UNKNOWN",
        "d.baba": "BABA_ENVELOPE",
        "e.baba": "BABA_NOT_SEALED",
        "f.baba": "BABA_TAMPERED",
        "g.baba": "BABA_CODEC",
      },
      fingerprint: null,
    });
  });

  /** The newest segment of 1-plain-journal has one commit, whose frame begins at 512. */
  const DAMAGE: readonly (readonly [string, "refused" | "left out", (segment: Buffer) => Buffer])[] = [
    ["a bit of its header is another", "refused", (segment) => flipped(segment, 100)],
    ["a bit of the frame's magic is another", "refused", (segment) => flipped(segment, 512)],
    ["a bit of the body is another", "refused", (segment) => flipped(segment, 560)],
    ["a bit of the chain is another", "refused", (segment) => flipped(segment, endOf(segment) - 16)],
    ["the frame's last byte is missing", "left out", (segment) => zeroed(segment, endOf(segment) - 1)],
    ["the frame's first four bytes are missing", "left out", (segment) => zeroed(segment, 512, 516)],
    ["all from the middle of the frame on is missing", "left out", (segment) => zeroed(segment, 570)],
    ["only the middle of a sector is missing", "refused", (segment) => zeroed(segment, 570, 580)],
    ["the file is shorter", "refused", (segment) => segment.subarray(0, -1)],
  ];

  test("in the journal of a killed process that was damaged", async () => {
    const verdicts = DAMAGE.map(async ([what, verdict, damage]) => {
      const directory = newFolder();
      cpSync(join(STORES, "1-plain-journal"), directory, { recursive: true });
      const path = join(directory, ".baba/journal", "0000000000000003");
      writeFileSync(path, damage(readFileSync(path)));
      const reading = await mustAgree(directory, {});
      if (verdict === "refused") expect(reading, what).toEqual({ error: "BABA_JOURNAL" });
      else expect(reading, what).toHaveProperty(["records", "heroes/bob.baba"]);
    });
    await Promise.all(verdicts);
  });
});

/** What both make of the store. */
async function mustAgree(directory: string, unlock: Unlock): Promise<unknown> {
  const baba = readByBaba(directory, unlock, newFolder());
  const [read, told] = await Promise.all([baba, python ? readByPython(directory, unlock) : baba]);
  expect(told).toEqual(read);
  return read;
}

/** Records in several folders, added, replaced and deleted. */
async function commitAtRandom(db: Database<Schema>, chance: Chance): Promise<void> {
  for (const size of [300, 9000, 50, 300, 20_000]) {
    await db.asyncSession(async (session) => {
      for (let i = 0; i < 8; i++) {
        const name = `${chance.pick(["", "heroes/", "deep/er/"])}${chance.below(4)}.baba`;
        if (chance.below(4) === 0) await session.delete(name);
        else await session.add({ text: String(chance.share()).repeat(chance.below(size / 20)) }, name);
      }
    });
  }
}

async function add(directory: string, unlock: Unlock, records: Record<string, unknown>): Promise<void> {
  await using db = new BabaDB(v.any(), { directory, logging: false, ...unlock });
  await db.asyncSession(async (session) => {
    for (const [name, value] of Object.entries(records)) await session.add({ value }, name);
  });
}

/** Lets a process commit and die. What it still put in place is removed: it counts no less in the journal. */
function die(kind: string, directory: string): void {
  const { signal } = spawnSync(process.execPath, [DYING, kind, directory]);
  expect(signal).toBe("SIGKILL");
  rmSync(join(directory, "new"), { recursive: true, force: true });
}

function change(path: string, work: (envelope: Buffer) => Buffer): void {
  writeFileSync(path, encode(work(Buffer.from(decode(readFileSync(path))))));
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function zeroed(bytes: Buffer, from: number, to?: number): Buffer {
  return bytes.fill(0, from, to);
}

/** Where the log ends: after the last frame's end mark. */
function endOf(segment: Buffer): number {
  return segment.lastIndexOf("BABAEBA\n") + 8;
}
