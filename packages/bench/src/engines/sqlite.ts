import { join } from "node:path";
import * as v from "valibot";
import { loadPeer } from "../harness/peers.ts";
import { Person } from "../trial/records.ts";
import type { OpenStore, Store } from "./store.ts";

/** What is used of the drivers, which agree in it. */
type Sqlite = {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
};
type Row = { readonly json: string };
type Statement = {
  run(...values: readonly unknown[]): unknown;
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
  iterate(...values: readonly unknown[]): Iterable<unknown>;
};
type Driver = new (path: string) => Sqlite;

/** How records become texts, and texts records. */
type Codec = { readonly textOf: (record: Person) => string; readonly recordOf: (text: string) => Person };

const JSON_ALONE: Codec = { textOf: JSON.stringify, recordOf: JSON.parse };
/** As BabaDB does it: what is written is validated, and again as it would be read. */
const VALIDATED: Codec = {
  textOf(record) {
    const text = JSON.stringify(v.parse(Person, record));
    v.parse(Person, JSON.parse(text));
    return text;
  },
  recordOf: (text) => v.parse(Person, JSON.parse(text)),
};

const CIPHER = ["PRAGMA cipher = 'sqlcipher'", "PRAGMA key = 'correct horse battery staple'"];

export const betterSqlite: OpenStore = async (folder) =>
  sqlite(new (await loadPeer<Driver>("better-sqlite3"))(join(folder, "records.sqlite")));

/** The same, with records that are validated on their way in and out. */
export const validatedSqlite: OpenStore = async (folder) =>
  sqlite(new (await loadPeer<Driver>("better-sqlite3"))(join(folder, "records.sqlite")), [], VALIDATED);

/** SQLite with SQLCipher's format and its derivation of the key from a passphrase. */
export const encryptedSqlite: OpenStore = async (folder) =>
  sqlite(
    new (await loadPeer<Driver>("better-sqlite3-multiple-ciphers"))(join(folder, "records.sqlite")),
    CIPHER,
  );

/** The driver that Node.js brings since version 22. */
export const nodeSqlite: OpenStore = async (folder) => {
  const name = "node:sqlite"; // No constant, for the types of Node.js 20 do not know it.
  const { DatabaseSync }: { DatabaseSync: Driver } = await import(name);
  return sqlite(new DatabaseSync(join(folder, "records.sqlite")));
};

/** SQLite in its write-ahead mode, every commit synced; its close copies the log into the database. */
function sqlite(db: Sqlite, first: readonly string[] = [], { textOf, recordOf }: Codec = JSON_ALONE): Store {
  const parsed = (row: unknown): Person => recordOf((row as Row).json);
  for (const pragma of [...first, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"]) db.exec(pragma);
  db.exec("CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, json TEXT NOT NULL)");
  const statements = {
    put: db.prepare("INSERT OR REPLACE INTO records VALUES (?, ?)"),
    remove: db.prepare("DELETE FROM records WHERE id = ?"),
    get: db.prepare("SELECT json FROM records WHERE id = ?"),
    all: db.prepare("SELECT json FROM records ORDER BY id"),
    filter: db.prepare("SELECT json FROM records WHERE json_extract(json, '$.city') = ? ORDER BY id"),
    count: db.prepare("SELECT count(*) AS count FROM records"),
    exists: db.prepare("SELECT 1 FROM records WHERE id = ?"),
  };
  const transaction = <T>(items: readonly T[], work: (item: T) => unknown): void => {
    db.exec("BEGIN IMMEDIATE");
    for (const item of items) work(item);
    db.exec("COMMIT");
  };
  return {
    put: async (records) => transaction(records, (record) => statements.put.run(record.id, textOf(record))),
    remove: async (ids) => transaction(ids, (id) => statements.remove.run(id)),
    get: async (id) => parsed(statements.get.get(id)),
    all: async () => statements.all.all().map(parsed),
    async *stream() {
      for (const row of statements.all.iterate()) yield parsed(row);
    },
    filter: async (city) => statements.filter.all(city).map(parsed),
    async count() {
      const { count } = statements.count.get() as { count: number };
      return count;
    },
    exists: async (id) => statements.exists.get(id) !== undefined,
    async close() {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      db.close();
    },
  };
}
