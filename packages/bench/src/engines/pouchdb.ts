import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import type { OpenStore } from "./store.ts";

type Document = { readonly _id: string; readonly _rev?: string; readonly _deleted?: boolean };
type Row = { readonly id: string; readonly value: { readonly rev: string }; readonly doc?: Person };
type Pouch = {
  bulkDocs(documents: readonly Document[]): Promise<readonly { readonly error?: unknown }[]>;
  allDocs(options: { readonly keys?: readonly string[]; readonly include_docs?: boolean }): Promise<{
    readonly rows: readonly Row[];
  }>;
  get(id: string): Promise<Person>;
  info(): Promise<{ readonly doc_count: number }>;
  close(): Promise<void>;
};

/** PouchDB on LevelDB, never synced; changing a document takes its revision. */
export const pouchdb: OpenStore = async (folder) => {
  const PouchDB = await loadPeer<new (path: string) => Pouch>("pouchdb");
  const db = new PouchDB(join(folder, "records"));
  const write = async (documents: readonly Document[]): Promise<void> => {
    const failed = (await db.bulkDocs(documents)).find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new Error(`PouchDB refused a document: ${JSON.stringify(failed)}`);
  };
  const revisions = async (keys: readonly string[]): Promise<Map<string, string>> => {
    const { rows } = await db.allDocs({ keys });
    return new Map(rows.filter((row) => row.value !== undefined).map((row) => [row.id, row.value.rev]));
  };
  const all = async (): Promise<(Person | undefined)[]> =>
    (await db.allDocs({ include_docs: true })).rows.map(({ doc }) => doc);
  return {
    put: (records) => write(records.map((record) => ({ ...record, _id: String(record.id) }))),
    async update(records) {
      const known = await revisions(records.map(({ id }) => String(id)));
      await write(records.map((record) => revised({ ...record, _id: String(record.id) }, known)));
    },
    async remove(ids) {
      const known = await revisions(ids.map(String));
      await write(ids.map((id) => revised({ _id: String(id), _deleted: true }, known)));
    },
    get: (id) => db.get(String(id)),
    all,
    filter: async (city) => (await all()).filter((record) => record?.city === city),
    count: async () => (await db.info()).doc_count,
    exists: (id) =>
      db.get(String(id)).then(
        () => true,
        () => false,
      ),
    close: () => db.close(),
  };
};

function revised(document: Document, revisions: ReadonlyMap<string, string>): Document {
  const revision = revisions.get(document._id);
  return revision === undefined ? document : { ...document, _rev: revision };
}
