import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import { inLanes } from "./lanes.ts";
import type { OpenStore } from "./store.ts";

type Storage = {
  setItem(key: string, value: Person): Promise<void>;
  getItem(key: string): Promise<Person | null>;
  hasItem(key: string): Promise<boolean>;
  removeItem(key: string): Promise<void>;
  getKeys(): Promise<string[]>;
  dispose(): Promise<void>;
};

/** unstorage with its file driver: a file per value, never synced. */
export const unstorage: OpenStore = async (folder) => {
  const { createStorage } = await loadPeer<{ createStorage(options: object): Storage }>("unstorage");
  const driver = await loadPeer<(options: { readonly base: string }) => unknown>("unstorage/drivers/fs");
  const db = createStorage({ driver: driver({ base: folder }) });
  const all = async (): Promise<(Person | null)[]> => inLanes(await db.getKeys(), (key) => db.getItem(key));
  return {
    put: (records) => inLanes(records, (record) => db.setItem(String(record.id), record)),
    remove: (ids) => inLanes(ids, (id) => db.removeItem(String(id))),
    get: (id) => db.getItem(String(id)),
    all,
    filter: async (city) => (await all()).filter((record) => record?.city === city),
    count: async () => (await db.getKeys()).length,
    exists: (id) => db.hasItem(String(id)),
    close: () => db.dispose(),
  };
};
