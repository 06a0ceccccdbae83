import * as sync from "node:fs";
import { access, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadPeer } from "../harness/peers.ts";
import type { Person } from "../trial/person.ts";
import { inLanes } from "./lanes.ts";
import type { OpenStore, Store } from "./store.ts";

type WriteFile = (path: string, text: string) => Promise<unknown>;

/** A JSON file per record with `fs.promises`, many at a time. */
export const promisedFiles: OpenStore = async (folder) => asynchronous(folder, writeFile);

/** The same, written with write-file-atomic: a temporary file each, synced and renamed. */
export const atomicFiles: OpenStore = async (folder) =>
  asynchronous(folder, await loadPeer<WriteFile>("write-file-atomic"));

function asynchronous(folder: string, write: WriteFile): Store {
  const pathOf = (id: number): string => join(folder, `${id}.json`);
  const parsed = async (path: string): Promise<Person> => JSON.parse(await readFile(path, "utf8"));
  const names = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const all = async (): Promise<Person[]> => inLanes(await names(), (name) => parsed(join(folder, name)));
  return {
    put: (records) => inLanes(records, (record) => write(pathOf(record.id), JSON.stringify(record))),
    remove: (ids) => inLanes(ids, (id) => unlink(pathOf(id))),
    get: (id) => parsed(pathOf(id)),
    all,
    async *stream() {
      for (const name of await names()) yield await parsed(join(folder, name));
    },
    filter: async (city) => (await all()).filter((record) => record.city === city),
    count: async () => (await names()).length,
    exists: (id) =>
      access(pathOf(id)).then(
        () => true,
        () => false,
      ),
    close: async () => undefined,
  };
}

/** A JSON file per record with synchronous calls. */
export const synchronousFiles: OpenStore = async (folder) => {
  const pathOf = (id: number): string => join(folder, `${id}.json`);
  const parsed = (path: string): Person => JSON.parse(sync.readFileSync(path, "utf8"));
  const names = (): string[] => sync.readdirSync(folder).filter((name) => name.endsWith(".json"));
  const all = (): Person[] => names().map((name) => parsed(join(folder, name)));
  return {
    async put(records) {
      for (const record of records) sync.writeFileSync(pathOf(record.id), JSON.stringify(record));
    },
    async remove(ids) {
      for (const id of ids) sync.unlinkSync(pathOf(id));
    },
    get: async (id) => parsed(pathOf(id)),
    all: async () => all(),
    async *stream() {
      for (const name of names()) yield parsed(join(folder, name));
    },
    filter: async (city) => all().filter((record) => record.city === city),
    count: async () => names().length,
    exists: async (id) => sync.existsSync(pathOf(id)),
    close: async () => undefined,
  };
};
