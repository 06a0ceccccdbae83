import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { loadPeer } from "../peers.ts";
import type { Person } from "../records.ts";

/** What is used of better-sqlite3, which brings no types. */
type Sqlite = {
  pragma(text: string): unknown;
  exec(text: string): unknown;
  prepare(text: string): { run(...values: readonly unknown[]): unknown };
  transaction<A extends readonly unknown[]>(work: (...input: A) => void): (...input: A) => void;
  close(): void;
};

/** SQLite in its write-ahead mode, every commit synced; its close copies the log into the database. */
export async function sqlite(folder: string): Promise<Engine> {
  const Database = loadPeer<new (path: string) => Sqlite>("better-sqlite3");
  const db = new Database(join(folder, "records.sqlite"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE records (id INTEGER PRIMARY KEY, json TEXT NOT NULL)");
  const put = db.prepare("INSERT OR REPLACE INTO records VALUES (?, ?)");
  const commit = db.transaction((records: readonly Person[]) => {
    for (const record of records) put.run(record.id, JSON.stringify(record));
  });
  return {
    commit: async (records) => commit(records),
    async close() {
      db.pragma("wal_checkpoint(TRUNCATE)");
      db.close();
    },
  };
}
