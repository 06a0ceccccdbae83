import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Document = Person & { readonly _id: string };
type Hooks = {
  afterSerialization?(text: string): string;
  beforeDeserialization?(text: string): string;
};
type NeDb = {
  loadDatabaseAsync(): Promise<void>;
  insertAsync(documents: readonly Document[]): Promise<unknown>;
  updateAsync(query: object, document: Document, options: object): Promise<unknown>;
  removeAsync(query: object, options: { readonly multi: boolean }): Promise<number>;
  findOneAsync(query: object): Promise<unknown>;
  findAsync(query: object): Promise<unknown[]>;
  countAsync(query: object): Promise<number>;
};

const KEY = Buffer.alloc(32, 7);
const [NONCE, TAG] = [12, 16];

/** NeDB, which appends to one file and never syncs it. */
export const nedb: OpenStore = (folder) => open(folder, {});

/** NeDB with AES-256-GCM in its serialization hooks: each line separately, with its own nonce. */
export const encryptedNedb: OpenStore = (folder) =>
  open(folder, { afterSerialization: seal, beforeDeserialization: unseal });

async function open(folder: string, hooks: Hooks): ReturnType<OpenStore> {
  const Datastore = await loadPeer<new (options: object) => NeDb>("@seald-io/nedb");
  const db = new Datastore({ filename: join(folder, "records.db"), ...hooks });
  await db.loadDatabaseAsync();
  return {
    put: (records) => db.insertAsync(records.map(documentOf)),
    async update(records) {
      for (const record of records) {
        await db.updateAsync({ _id: String(record.id) }, documentOf(record), { upsert: true });
      }
    },
    remove: (ids) => db.removeAsync({ _id: { $in: ids.map(String) } }, { multi: true }),
    get: (id) => db.findOneAsync({ _id: String(id) }),
    all: () => db.findAsync({}),
    filter: (city) => db.findAsync({ city }),
    count: () => db.countAsync({}),
    exists: async (id) => (await db.countAsync({ _id: String(id) })) === 1,
    close: async () => undefined,
  };
}

function documentOf(record: Person): Document {
  return { ...record, _id: String(record.id) };
}

function seal(text: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", KEY, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
    "base64",
  );
}

function unseal(text: string): string {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0) return text;
  const decipher = createDecipheriv("aes-256-gcm", KEY, bytes.subarray(0, NONCE));
  decipher.setAuthTag(bytes.subarray(-TAG));
  return decipher.update(bytes.subarray(NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
}
