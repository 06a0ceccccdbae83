import { opendirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type AsyncSession, assemble, type BabaOptions, Database, decode } from "@baba/core";
import { nodeFileSystem, nodeRuntime } from "@baba/node";
import { Person } from "../trial/person.ts";
import { CountingFileSystem } from "./counting-file-system.ts";
import type { OpenStore, Store } from "./store.ts";

/** The options of a database; `sealed`: nothing on disk may be readable. */
export type Settings = { readonly options: BabaOptions; readonly sealed: boolean };

/** BabaDB as assembled by `@baba/node`, with a file system that counts. */
export function baba({ options, sealed }: Settings): OpenStore {
  return async (folder) => {
    const files = new CountingFileSystem(nodeFileSystem(folder));
    const context = assemble({ ...nodeRuntime, fileSystem: () => files });
    const db = new Database(Person, { ...options, directory: folder, logging: false }, context);
    await db.open();
    return {
      ...storeOf(db),
      ...commits(db, files),
      async close() {
        await db.close();
        checkSealed(folder, sealed);
      },
    };
  };
}

/** A store's operations, without counts. */
export function storeOf(db: Database<typeof Person>): Omit<Store, "close"> {
  return {
    put: (records) =>
      db.asyncSession(async (session) => {
        for (const record of records) await session.add(record);
      }),
    remove: (ids) =>
      db.asyncSession(async (session) => {
        for (const id of ids) await session.delete(`${id}.baba`);
      }),
    get: (id) => db.asyncSession((session) => session.get(`${id}.baba`)),
    getInOneSession: (ids) =>
      db.asyncSession(async (session) => {
        for (const id of ids) await session.get(`${id}.baba`);
      }),
    getAtOnce: (ids) => db.asyncSession((session) => Promise.all(ids.map((id) => session.get(`${id}.baba`)))),
    all: () => db.asyncSession((session) => session.all()),
    async *stream() {
      const session = db.asyncSession();
      for await (const { record } of session.stream()) yield record;
      session.rollback();
    },
    filter: (city) => db.asyncSession((session) => session.filter(".", { city })),
    count: () => db.asyncSession((session) => session.count()),
    exists: (id) => db.asyncSession((session) => session.exists(`${id}.baba`)),
  };
}

/** Commits that count file system calls and measure how long queuing their records takes. */
function commits(
  db: Database<typeof Person>,
  files: CountingFileSystem,
): Pick<Store, "put" | "remove" | "settled" | "counts"> & { readonly queued: number[] } {
  const queued: number[] = [];
  let placed = 0;
  const commit = async (work: (session: AsyncSession<typeof Person>) => Promise<number>): Promise<void> => {
    const start = performance.now();
    placed += await db.asyncSession(async (session) => {
      const count = await work(session);
      queued.push(performance.now() - start);
      return count;
    });
  };
  return {
    queued,
    put: (records) =>
      commit(async (session) => {
        for (const record of records) await session.add(record);
        return records.length;
      }),
    remove: (ids) =>
      commit(async (session) => {
        for (const id of ids) await session.delete(`${id}.baba`);
        return ids.length;
      }),
    settled: () => files.placed(placed),
    counts: () => files.counts,
  };
}

/** Makes sure that a store is sealed as requested: wrong figures would be worse than none. */
function checkSealed(folder: string, sealed: boolean): void {
  const name = someRecord(folder);
  if (name === undefined) return;
  const isPlain = decode(readFileSync(join(folder, name)))[0] === "{".charCodeAt(0);
  if (isPlain === sealed)
    throw new Error(`${name} is ${isPlain ? "not " : ""}sealed, against what was asked for.`);
}

/** Avoids listing the whole folder, which would block the event loop while it is watched. */
function someRecord(folder: string): string | undefined {
  const entries = opendirSync(folder);
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      if (entry.name.endsWith(".baba") && entry.name !== ".baba") return entry.name;
    }
    return undefined;
  } finally {
    entries.closeSync();
  }
}
