import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Data = Record<string, Person>;
type Lowdb = {
  JSONFilePreset(path: string, data: Data): Promise<{ readonly data: Data; write(): Promise<void> }>;
};

/** lowdb: everything in memory, and rewritten completely with every commit, never synced. */
export const lowdb: OpenStore = async (folder) => {
  const { JSONFilePreset } = await loadPeer<Lowdb>("lowdb/node");
  const db = await JSONFilePreset(join(folder, "records.json"), {});
  return {
    put(records) {
      for (const record of records) db.data[record.id] = record;
      return db.write();
    },
    remove(ids) {
      for (const id of ids) delete db.data[id];
      return db.write();
    },
    get: async (id) => db.data[id],
    all: async () => Object.values(db.data),
    filter: async (city) => Object.values(db.data).filter((record) => record.city === city),
    count: async () => Object.keys(db.data).length,
    exists: async (id) => id in db.data,
    close: async () => undefined,
  };
};
