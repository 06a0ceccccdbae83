import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Keyv = {
  setMany(entries: readonly { readonly key: string; readonly value: Person }[]): Promise<unknown>;
  delete(keys: readonly string[]): Promise<boolean>;
  get(key: string): Promise<Person | undefined>;
  has(key: string): Promise<boolean>;
  iterator?(namespace?: string): AsyncIterable<readonly [string, Person]>;
  disconnect(): Promise<void>;
};

/** keyv on SQLite, with a transaction per value. */
export const keyv: OpenStore = async (folder) => {
  const Keyv = await loadPeer<new (options: { readonly store: unknown }) => Keyv>("keyv");
  const KeyvSqlite = await loadPeer<new (options: { readonly uri: string }) => unknown>("@keyv/sqlite");
  const db = new Keyv({ store: new KeyvSqlite({ uri: `sqlite://${join(folder, "records.sqlite")}` }) });
  const stream = async function* (): AsyncGenerator<Person> {
    for await (const [, record] of db.iterator?.() ?? []) yield record;
  };
  const all = async (): Promise<Person[]> => {
    const records: Person[] = [];
    for await (const record of stream()) records.push(record);
    return records;
  };
  return {
    put: (records) => db.setMany(records.map((value) => ({ key: String(value.id), value }))),
    remove: (ids) => db.delete(ids.map(String)),
    get: (id) => db.get(String(id)),
    all,
    stream,
    filter: async (city) => (await all()).filter((record) => record.city === city),
    count: async () => (await all()).length,
    exists: (id) => db.has(String(id)),
    close: () => db.disconnect(),
  };
};
