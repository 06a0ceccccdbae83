import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database, Schema, Unlock } from "@baba/core";

const STORES = fileURLToPath(new URL("../../../../vectors/stores", import.meta.url));
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
const FOLDERS = [".", "heroes", "new", "more"];

/**
 * Tests that a runtime's package reads the stores of every released format, and what a killed process left in
 * their journals. Each test opens a copy, in a directory that `inFolder` creates and removes again; `open`
 * gets a schema that accepts anything.
 */
export function storesSuite(
  inFolder: (name: string, work: (directory: string) => Promise<void>) => void,
  open: (directory: string, unlock: Unlock) => Database<Schema>,
): void {
  const fixtures = readdirSync(STORES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  inFolder("vectors/stores has a store of each kind, closed and with a journal left", async () => {
    for (const kind of Object.keys(UNLOCKS))
      for (const name of [`1-${kind}`, `1-${kind}-journal`]) assert.ok(fixtures.includes(name), name);
  });

  for (const name of fixtures) {
    const [, kind = "", journal] = /^\d+-(.+?)(-journal)?$/.exec(name) ?? [];
    const fixture = { store: join(STORES, name), contents: journal === undefined ? CLOSED : RECOVERED };
    const opened = (directory: string) => open(directory, UNLOCKS[kind] ?? {});

    inFolder(`BabaDB opens the store ${name} with exactly its records, and leaves it alone`, (copy) =>
      mustOpen(fixture, copy, opened),
    );
    inFolder(`BabaDB keeps the records of the store ${name} after commits of this version`, (copy) =>
      mustTakeCommits(fixture, copy, opened),
    );
  }
}

/** A store as a release left it, and its known contents. */
type Fixture = { readonly store: string; readonly contents: Readonly<Record<string, unknown>> };
type Open = (directory: string) => Database<Schema>;

async function mustOpen({ store, contents }: Fixture, copy: string, open: Open): Promise<void> {
  const digest = digestOf(store);
  // As its name says: the commits in its journal are not in place.
  assert.deepEqual(recordFiles(store), Object.keys(CLOSED).sort());
  copyAll(store, copy);
  const db = open(copy);
  assert.deepEqual(await everything(db), contents);
  await db.close();
  assert.deepEqual(recordFiles(copy), Object.keys(contents).sort());
  assert.equal(digestOf(store), digest);
}

async function mustTakeCommits({ store, contents }: Fixture, copy: string, open: Open): Promise<void> {
  copyAll(store, copy);
  const db = open(copy);
  await db.asyncSession((session) => session.delete("none.baba"));
  assert.deepEqual(await everything(db), contents);
  await db.asyncSession((session) => session.add({ id: 9 }, "more/9.baba"));
  assert.deepEqual(await everything(db), { ...contents, "more/9.baba": { id: 9 } });
  await db.close();
  assert.deepEqual(recordFiles(copy), [...Object.keys(contents), "more/9.baba"].sort());
}

async function everything(db: Database<Schema>): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await db.asyncSession(async (session) => {
    for (const folder of FOLDERS) {
      for await (const { filename, record } of session.stream(folder)) found[filename] = record;
    }
  });
  return found;
}

/** Deno's `cpSync` needs more permissions than those for the two folders. */
function copyAll(from: string, to: string): void {
  for (const path of filesBelow(from)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
}

function recordFiles(folder: string): string[] {
  return filesBelow(folder).filter((path) => !path.startsWith(".baba/"));
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
