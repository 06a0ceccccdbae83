import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Options = { readonly path: string; readonly encoding: "json"; readonly encryptionKey?: string };
type Lmdb = { open(options: Options): Db };
type Db = {
  put(key: number, value: Person): Promise<boolean>;
  remove(key: number): Promise<boolean>;
  get(key: number): Person | undefined;
  doesExist(key: number): boolean;
  getRange(options: object): Iterable<{ readonly value: Person }>;
  getCount(options: object): number;
  transaction(work: () => void): Promise<void>;
  /** Resolves when everything committed is synced. */
  readonly flushed: Promise<unknown>;
  close(): Promise<void>;
};

/** LMDB; a commit counts as done when it is synced, not when it is visible. */
export const lmdb: OpenStore = (folder) => open({ path: join(folder, "records.mdb"), encoding: "json" });

/** LMDB with its own page encryption (ChaCha8 with Poly1305). */
export const encryptedLmdb: OpenStore = (folder) =>
  open({
    path: join(folder, "records.mdb"),
    encoding: "json",
    encryptionKey: "0123456789abcdef0123456789abcdef",
  });

async function open(options: Options): ReturnType<OpenStore> {
  const db = (await loadPeer<Lmdb>("lmdb")).open(options);
  const committed = async (work: () => void): Promise<void> => {
    await db.transaction(work);
    await db.flushed;
  };
  const all = (): Person[] => Array.from(db.getRange({}), ({ value }) => value);
  return {
    put: (records) =>
      committed(() => {
        for (const record of records) void db.put(record.id, record);
      }),
    remove: (ids) =>
      committed(() => {
        for (const id of ids) void db.remove(id);
      }),
    get: async (id) => db.get(id),
    all: async () => all(),
    async *stream() {
      for (const { value } of db.getRange({})) yield value;
    },
    filter: async (city) => all().filter((record) => record.city === city),
    count: async () => db.getCount({}),
    exists: async (id) => db.doesExist(id),
    close: () => db.close(),
  };
}
