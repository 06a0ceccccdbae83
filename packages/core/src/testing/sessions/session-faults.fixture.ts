import { ConflictError, LockedError } from "../../errors.ts";
import type { FileSystem } from "../../file-system/file-system.ts";
import type { Database } from "../../session/database/database.ts";
import { JOURNAL_FOLDER } from "../../storage/layout.ts";
import type { Item, ItemRecord } from "./items.ts";
import type { ItemSession } from "./perform.ts";

type Db = Database<typeof Item>;
type Name = string | undefined;
type Where = Readonly<Record<string, unknown>>;
/** Calls that are replaced. */
type Calls = { readonly [K in keyof ItemSession]?: (...input: never[]) => unknown };
/** What is wrong with the sessions of a database, each of which is given sound. */
export type Fault = (db: Db) => (session: ItemSession) => Calls;

/** Wrong databases, each by what is wrong with it. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "get() finds what its session has deleted": (db) => (session) => ({
    get: async (name: string) => (await session.get(name)) ?? (await db.asyncSession().get(name)),
  }),
  "get() does not see what its session has added": (db) => (session) => ({
    get: async (name: string) => ((await db.asyncSession().exists(name)) ? session.get(name) : undefined),
  }),
  "get() is not validated: updates are lost": (db) => (session) => {
    const own = new Set<string>();
    const noted = (name: string) => own.add(name) && name;
    return {
      add: (item: ItemRecord, name: Name) => session.add(item, name).then(noted),
      update: (item: ItemRecord, name: Name) => session.update(item, name).then(noted),
      move: (from: string, to: string) => session.move(noted(from), noted(to)),
      delete: (name: string) => session.delete(noted(name)),
      get: (name: string) => (own.has(name) ? session : db.asyncSession()).get(name),
    };
  },
  "all() is served from a stale cache": () => {
    const cache = new Map<string, ItemRecord[]>();
    return (session) => ({
      all: async (folder: string, schema?: typeof Item) => {
        const kept = schema === undefined ? cache.get(folder) : undefined;
        const records = kept ?? (await session.all(folder, schema as typeof Item));
        if (schema === undefined) cache.set(folder, structuredClone(records));
        return structuredClone(records);
      },
    });
  },
  "all() gives the objects that it has given before": () => {
    const given = new Map<number, ItemRecord>();
    const kept = (record: ItemRecord) => {
      const same = given.get(record.n) ?? record;
      given.set(record.n, same);
      return same;
    };
    return (session) => ({
      all: async (folder: string, schema?: typeof Item) =>
        schema === undefined ? (await session.all(folder)).map(kept) : session.all(folder, schema),
    });
  },
  "all() orders names by UTF-16 units": () => (session) => ({
    all: async (folder: string, schema?: typeof Item) => {
      const rows: { readonly filename: string; readonly record: ItemRecord }[] = [];
      for await (const row of session.stream(folder, schema as typeof Item)) rows.push(row);
      return rows.sort((a, b) => (a.filename < b.filename ? -1 : 1)).map(({ record }) => record);
    },
  }),
  "commit() swallows conflicts": () => (session) => ({
    commit: () => session.commit().catch((error: unknown) => swallowed(error)),
  }),
  "commit() meets conflicts without a reason": () => (session) => {
    let commits = 0;
    return {
      commit: async () => {
        if (++commits % 2 === 0) throw new ConflictError("for no reason");
        return session.commit();
      },
    };
  },
  "commit() finds the lock taken by nobody": () => (session) => {
    let commits = 0;
    return {
      commit: async () => {
        if (++commits % 5 === 0) throw new LockedError("by nobody");
        return session.commit();
      },
    };
  },
  "commit() writes nothing": () => (session) => ({ commit: async () => session.rollback() }),
  "commit() also writes what comes after it": (db) => (session) => ({
    commit: async () => {
      await session.commit();
      await db.asyncSession((other) => other.delete("1.baba"));
    },
  }),
  "rollback() keeps the changes": () => () => ({ rollback: () => undefined }),
  "delete() finds everything": () => (session) => ({
    delete: async (name: string) => (await session.delete(name)) || true,
  }),
  "count() leaves out pending changes": (db) => (session) => ({
    count: (folder: string) => session.count(folder).then(() => db.asyncSession().count(folder)),
  }),
  "stream() leaves out a record": () => (session) => ({
    stream: async function* (folder: string) {
      let rows = 0;
      for await (const row of session.stream(folder)) if (++rows !== 2) yield row;
    },
  }),
  "stream() goes on over the end of a commit with what it had read": () => (session) => {
    let ends = 0;
    return {
      commit: () => session.commit().then(() => void ends++),
      rollback: () => {
        session.rollback();
        ends++;
      },
      stream: async function* (folder: string) {
        const begun = ends;
        const rows: { readonly filename: string; readonly record: ItemRecord }[] = [];
        for await (const row of session.stream(folder)) rows.push(row);
        for (const { filename, record } of rows) {
          const current = ends === begun ? await session.get(filename) : record;
          if (current !== undefined) yield { filename, record: current };
        }
      },
    };
  },
  "exists() does not normalise names": () => (session) => ({
    exists: async (name: string) => name === name.normalize("NFC") && session.exists(name),
  }),
  "filter() compares by identity": () => (session) => ({
    filter: async (folder: string, first: unknown, second: Where | undefined) => {
      if (typeof first === "function") return session.filter(folder, first as () => boolean);
      if (second !== undefined) return session.filter(folder, first as typeof Item, second);
      const wanted = Object.entries(first as Where);
      return session.filter(folder, (record) =>
        wanted.every(([key, value]) => Object.is(Reflect.get(record, key), value)),
      );
    },
  }),
  "update() keeps the caller's object": () => (session) => {
    const kept: [ItemRecord, string][] = [];
    return {
      update: async (item: ItemRecord, name: Name) => {
        const added = await session.update(item, name);
        kept.push([item, added]);
        return added;
      },
      commit: async () => {
        for (const [{ value }, name] of kept) {
          const record = await session.get(name);
          if (record !== undefined) await session.update({ ...record, value }, name);
        }
        return session.commit();
      },
    };
  },
  "move() leaves its source": () => (session) => ({
    move: async (from: string, to: string) => {
      const record = await session.get(from);
      const hasMoved = await session.move(from, to);
      if (hasMoved && record !== undefined) await session.add(record, from);
      return hasMoved;
    },
  }),
};

/** What a disk may lose when a process is killed, and must not. */
export const LOSSES: Readonly<Record<string, (files: FileSystem) => Promise<void>>> = {
  "the journal": async (files) => {
    const names = (await files.names(JOURNAL_FOLDER)) ?? [];
    await files.remove(names.map((name) => `${JOURNAL_FOLDER}/${name}`));
  },
  "a record": (files) => files.remove(["1.baba", "a/1.baba"]),
};

/** A callback that meets a conflict is not run again. */
export function withoutReruns(db: Db): Db {
  return replacing(db, {
    asyncSession: (work?: (session: ItemSession) => Promise<void>) =>
      work === undefined ? db.asyncSession() : db.asyncSession(work, { retries: 0 }),
  });
}

/** The database with the fault. */
export function faulty(db: Db, fault: Fault): Db {
  const spoilt = fault(db);
  const wrong = (session: ItemSession) => replacing(session, spoilt(session));
  return replacing(db, {
    asyncSession: (
      work?: (session: ItemSession) => Promise<void>,
      options?: { readonly retries?: number },
    ) =>
      work === undefined
        ? wrong(db.asyncSession())
        : db.asyncSession((session) => work(wrong(session)), options),
  });
}

/** The object with other methods. */
export function replacing<T extends object>(
  sound: T,
  calls: { readonly [K in keyof T]?: (...input: never[]) => unknown },
): T {
  return new Proxy(sound, {
    get(target, key) {
      const method: unknown = Reflect.get(Object.hasOwn(calls, key) ? calls : target, key);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

function swallowed(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}
