import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Data = Record<string, Person>;
type Conf = {
  store: Data;
  readonly size: number;
  set(data: Data): void;
  get(key: string): Person | undefined;
  has(key: string): boolean;
};

/** conf: reads the whole file for every query, and rewrites, syncs and renames it for every change. */
export const conf: OpenStore = (folder) => open(folder, {});

/** conf with its option for AES-256-GCM. */
export const encryptedConf: OpenStore = (folder) =>
  open(folder, { encryptionKey: "correct horse battery staple", encryptionAlgorithm: "aes-256-gcm" });

async function open(cwd: string, options: object): ReturnType<OpenStore> {
  const Conf = await loadPeer<new (options: object) => Conf>("conf");
  const db = new Conf({ cwd, configName: "records", accessPropertiesByDotNotation: false, ...options });
  const all = (): Person[] => Object.values(db.store);
  return {
    put: async (records) => db.set(Object.fromEntries(records.map((record) => [record.id, record]))),
    async remove(ids) {
      const left = { ...db.store };
      for (const id of ids) delete left[id];
      db.store = left;
    },
    get: async (id) => db.get(String(id)),
    all: async () => all(),
    filter: async (city) => all().filter((record) => record.city === city),
    count: async () => db.size,
    exists: async (id) => db.has(String(id)),
    close: async () => undefined,
  };
}
