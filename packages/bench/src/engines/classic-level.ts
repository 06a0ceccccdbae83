import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Put = { readonly type: "put"; readonly key: string; readonly value: Person };
type Del = { readonly type: "del"; readonly key: string };
type Level = {
  open(): Promise<void>;
  close(): Promise<void>;
  batch(operations: readonly (Put | Del)[], options: { readonly sync: boolean }): Promise<void>;
  get(key: string): Promise<Person | undefined>;
  values(): { all(): Promise<Person[]> } & AsyncIterable<Person>;
  keys(): { all(): Promise<string[]> };
};

/** LevelDB, with every batch synced. */
export const classicLevel: OpenStore = async (folder) => {
  const { ClassicLevel } = await loadPeer<{
    ClassicLevel: new (path: string, options: { readonly valueEncoding: "json" }) => Level;
  }>("classic-level");
  const db = new ClassicLevel(join(folder, "records"), { valueEncoding: "json" });
  await db.open();
  const all = (): Promise<Person[]> => db.values().all();
  return {
    put: (records) =>
      db.batch(
        records.map((value) => ({ type: "put", key: String(value.id), value })),
        { sync: true },
      ),
    remove: (ids) =>
      db.batch(
        ids.map((id) => ({ type: "del", key: String(id) })),
        { sync: true },
      ),
    get: (id) => db.get(String(id)),
    all,
    stream: () => db.values(),
    filter: async (city) => (await all()).filter((record) => record.city === city),
    count: async () => (await db.keys().all()).length,
    exists: async (id) => (await db.get(String(id))) !== undefined,
    close: () => db.close(),
  };
};
