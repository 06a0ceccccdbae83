import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore, Store } from "./store.ts";

/** The common part of the drivers' APIs. */
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

/** How records and texts are converted. */
export type Codec = {
  readonly textOf: (record: Person) => string;
  readonly recordOf: (text: string) => Person;
};

const JSON_ALONE: Codec = { textOf: JSON.stringify, recordOf: JSON.parse };
const CIPHER = ["PRAGMA cipher = 'sqlcipher'", "PRAGMA key = 'correct horse battery staple'"];

export const betterSqlite: OpenStore = async (folder) =>
  sqlite(new (await loadPeer<Driver>("better-sqlite3"))(join(folder, "records.sqlite")));

/** The same, validating records on writes and reads. */
export const validatedSqlite: OpenStore = async (folder) =>
  sqlite(
    new (await loadPeer<Driver>("better-sqlite3"))(join(folder, "records.sqlite")),
    [],
    (await import("./validated.ts")).VALIDATED,
  );

/** SQLite with SQLCipher's format and passphrase-based key derivation. */
export const encryptedSqlite: OpenStore = async (folder) =>
  sqlite(
    new (await loadPeer<Driver>("better-sqlite3-multiple-ciphers"))(join(folder, "records.sqlite")),
    CIPHER,
  );

/** The driver built into Node.js since version 22. */
export const nodeSqlite: OpenStore = async (folder) => {
  const name = "node:sqlite"; // Not a literal in the import, as the types of Node.js 20 lack it.
  const { DatabaseSync }: { DatabaseSync: Driver } = await import(name);
  return sqlite(new DatabaseSync(join(folder, "records.sqlite")));
};

/** SQLite in WAL mode, with every commit synced; closing it checkpoints the log into the database. */
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
