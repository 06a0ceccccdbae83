import { BabaError } from "../../errors.ts";
import type { Database } from "../../session/database/database.ts";
import type { ReadOptions } from "../../session/folder-reads.ts";
import { isUnreadable } from "./damage.ts";
import { Item, type ItemRecord } from "./items.ts";
import { type Fault, faulty, replacing } from "./session-faults.fixture.ts";

type Db = Database<typeof Item>;
type All = (folder: string, schema?: typeof Item, options?: ReadOptions) => Promise<ItemRecord[]>;

const SKIPPING: ReadOptions = { unreadable: "skip" };
const mayRead = (work: Promise<unknown>) => work.then(() => true, isSound);

/** What is wrong with sessions where a record is damaged. */
const SESSION_FAULTS: Readonly<Record<string, Fault>> = {
  "all() leaves out a healthy record before a damaged one": () => (session) => ({
    all: async (...[folder, schema = Item, options]: Parameters<All>) => {
      const isWhole = options?.unreadable !== "skip" || (await mayRead(session.all(folder, schema)));
      return (await session.all(folder, schema, options)).slice(isWhole ? 0 : 1);
    },
  }),
  "all() leaves out what it cannot read, although nobody asked for it": () => (session) => ({
    all: (...[folder, schema = Item]: Parameters<All>) => session.all(folder, schema, SKIPPING),
  }),
  "all() leaves out nothing, although it is to": () => (session) => ({
    all: (...[folder, schema = Item]: Parameters<All>) => session.all(folder, schema),
  }),
  "stream() ends at a record that it is to leave out": () => (session) => ({
    stream: async function* (...[folder]: Parameters<All>) {
      try {
        yield* session.stream(folder);
      } catch (error) {
        if (isSound(error)) throw error;
      }
    },
  }),
  "get() takes a damaged record for an absent one": () => (session) => ({
    get: (name: string) =>
      session.get(name).catch((error: unknown) => {
        if (isSound(error)) throw error;
      }),
  }),
  "delete() does not find a damaged record": () => (session) => ({
    delete: async (name: string) => (await mayRead(session.get(name))) && session.delete(name),
  }),
  "count() leaves out damaged records": () => (session) => ({
    count: async (folder: string) => (await session.all(folder, Item, SKIPPING)).length,
  }),
};

/** Wrong databases, each by what is wrong with it where a record is damaged. */
export const DAMAGE_FAULTS: Readonly<Record<string, (db: Db) => Db>> = {
  ...Object.fromEntries(
    Object.entries(SESSION_FAULTS).map(([name, fault]) => [name, (db: Db) => faulty(db, fault)]),
  ),
  "verify() does not find what is damaged": (db) =>
    replacing(db, { verify: async () => ({ ...(await db.verify()), problems: [] }) }),
};

function isSound(error: unknown): boolean {
  return !(error instanceof BabaError && isUnreadable(error.code));
}
