import { createHash } from "node:crypto";
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BabaDB, type Unlock } from "./index.ts";

const STORES = fileURLToPath(new URL("../../../vectors/stores", import.meta.url));
const secrets = JSON.parse(readFileSync(join(STORES, "secrets.json"), "utf8"));
const UNLOCKS: Readonly<Record<string, Unlock>> = {
  plain: {},
  sealed: { passphrase: secrets.passphrase },
  "sealed-identity": { identity: secrets.identity },
  "sealed-key": { key: Buffer.from(secrets.key, "hex") },
};

const VALUES = {
  date: new Date(0),
  integer: 2n ** 70n,
  bytes: new Uint8Array([0, 255]),
  map: new Map([["a", 1]]),
  set: new Set<unknown>([1, "1"]),
  numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0],
  own: { $date: "mine" },
};
const COMMON = {
  "heroes/zoë.baba": { id: 3, name: "Zoë 🦸" },
  "long.baba": { id: "long", text: "na ".repeat(3000) },
  "values.baba": { id: "values", values: VALUES },
};
const CLOSED = {
  ...COMMON,
  "1.baba": { id: 1, name: "Alice", note: "as it was closed" },
  "heroes/bob.baba": { id: 2, name: "Bob" },
};
const RECOVERED = {
  ...COMMON,
  "1.baba": { id: 1, name: "Alice", note: "from the journal" },
  "new/eve.baba": { id: 5, name: "Eve" },
};

const fixtures = readdirSync(STORES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(fixtures)("the store %s of an earlier version", (name) => {
  const [, kind = "", journal] = /^\d+-(.+?)(-journal)?$/.exec(name) ?? [];
  const records = journal === undefined ? CLOSED : RECOVERED;
  let copy: string;
  let digest: string;

  beforeAll(() => {
    digest = digestOf(join(STORES, name));
    copy = mkdtempSync(join(tmpdir(), "baba-stores-"));
    cpSync(join(STORES, name), copy, { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test("is what it claims: the commits of its journal are not in their places", () => {
    const files = filesBelow(join(STORES, name)).filter((path) => !path.startsWith(".baba/"));
    expect(files).toEqual(Object.keys(CLOSED).sort());
  });

  // A reader of the journal first; then a writer, which puts its commits in their places.
  test.each(["opens and holds exactly its records", "holds them after a commit too"])("%s", async (when) => {
    const db = new BabaDB(v.any(), { directory: copy, logging: false, ...UNLOCKS[kind] });
    if (when.includes("commit")) await db.asyncSession((session) => session.delete("none.baba"));
    expect(await everything(db)).toEqual(records);
    if (when.includes("commit")) {
      await db.asyncSession((session) => session.add({ id: 9 }, "more/9.baba"));
      expect(await everything(db)).toEqual({ ...records, "more/9.baba": { id: 9 } });
    }
    await db.close();
    const files = filesBelow(copy).filter((path) => !path.startsWith(".baba/"));
    const more = when.includes("commit") ? ["more/9.baba"] : [];
    expect(files).toEqual([...Object.keys(records), ...more].sort());
  });

  test("is itself not touched", () => {
    expect(digestOf(join(STORES, name))).toBe(digest);
  });
});

test("there is a store of each kind, closed and with a journal left", () => {
  const wanted = Object.keys(UNLOCKS).flatMap((kind) => [`1-${kind}`, `1-${kind}-journal`]);
  expect(fixtures).toEqual(expect.arrayContaining(wanted));
});

async function everything(db: BabaDB<ReturnType<typeof v.any>>): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await db.asyncSession(async (session) => {
    for (const folder of [".", "heroes", "new", "more"]) {
      for await (const { filename, record } of session.stream(folder)) found[filename] = record;
    }
  });
  return found;
}

function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    })
    .sort();
}

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const path of filesBelow(folder)) {
    hash
      .update(`${path}\0${lstatSync(join(folder, path)).mtimeMs}\0`)
      .update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex");
}
