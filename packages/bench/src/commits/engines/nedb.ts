import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { loadPeer } from "../peers.ts";

type Document = { readonly _id: string };
type NeDb = {
  loadDatabaseAsync(): Promise<void>;
  insertAsync(documents: readonly Document[]): Promise<unknown>;
};

/** NeDB, which appends to one file and never syncs it. */
export async function nedb(folder: string): Promise<Engine> {
  const Datastore = loadPeer<new (options: { readonly filename: string }) => NeDb>("@seald-io/nedb");
  const db = new Datastore({ filename: join(folder, "records.db") });
  await db.loadDatabaseAsync();
  return {
    async commit(records) {
      await db.insertAsync(records.map((record) => ({ ...record, _id: String(record.id) })));
    },
    close: async () => undefined,
  };
}
