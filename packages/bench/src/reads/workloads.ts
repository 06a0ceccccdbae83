import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BabaDB } from "@baba/node";
import * as v from "valibot";
import { Person, people } from "../trial/records.ts";

/** What one process measures: `prepare` is not timed and may return what ends it. */
export type Workload = (folder: string, count: number) => Promise<Prepared>;
type Prepared = { work(): unknown; close?(): Promise<void> };

const GETS = 1000;

/** The workloads by name. A folder has record files of the numbers from 0 on, and beside it one of plain JSON files. */
export const workloads: Readonly<Record<string, Workload>> = {
  "all: bare": async (folder, count) => {
    const texts = people(0, count).map((person) => JSON.stringify(person));
    return { work: () => texts.map((text, i) => bareRead(folder, i) && v.parse(Person, JSON.parse(text))) };
  },
  "all: bare, calls alone": async (folder, count) => ({
    work: () => {
      for (let i = 0; i < count; i++) bareRead(folder, i);
    },
  }),
  "all: fs.promises": async (folder, count) => ({
    work: async () => {
      for (let i = 0; i < count; i++) await promisedRead(folder, i);
    },
  }),
  "all: fs.promises, 64 at once": async (folder, count) => ({
    work: () => {
      let next = 0;
      const lane = async () => {
        while (next < count) await promisedRead(folder, next++);
      };
      return Promise.all(Array.from({ length: 64 }, lane));
    },
  }),
  "all: BabaDB": ours((db, count) => db.asyncSession(async (s) => counted(count, (await s.all()).length))),
  "all again: BabaDB": ours(
    (db, count) => db.asyncSession(async (s) => counted(count, (await s.all()).length)),
    true,
  ),
  "filter: BabaDB": ours((db) => db.asyncSession((s) => s.filter(".", { city: "Osaka" }))),
  "filter again: BabaDB": ours((db) => db.asyncSession((s) => s.filter(".", { city: "Osaka" })), true),
  "filter by function again: BabaDB": ours(
    (db) => db.asyncSession((s) => s.filter(".", ({ city }) => city === "Osaka")),
    true,
  ),
  "stream: BabaDB": ours((db, count) =>
    db.asyncSession(async (s) => {
      let seen = 0;
      for await (const { record } of s.stream()) seen += record.id >= 0 ? 1 : 0;
      counted(count, seen);
    }),
  ),
  "count: readdirSync": async (folder) => ({ work: () => readdirSync(folder).length }),
  "count: readdir": async (folder) => ({ work: async () => (await readdir(folder)).length }),
  "count: BabaDB": ours((db, count) => db.asyncSession(async (s) => counted(count, await s.count()))),
  "count again: BabaDB": ours(
    (db, count) => db.asyncSession(async (s) => counted(count, await s.count())),
    true,
  ),
  "get: bare": async (folder, count) => ({ work: () => some(count).map((i) => bareRead(folder, i)) }),
  "get: fs.promises": async (folder, count) => ({
    work: async () => {
      for (const i of some(count)) await promisedRead(folder, i);
    },
  }),
  "get: BabaDB": ours((db, count) =>
    db.asyncSession(async (s) => {
      for (const i of some(count)) await s.get(`${i}.baba`);
    }),
  ),
  "get: BabaDB, a session each": ours(async (db, count) => {
    for (const i of some(count)) await db.asyncSession((s) => s.get(`${i}.baba`));
  }),
  "get: BabaDB, all at once": ours((db, count) =>
    db.asyncSession((s) => Promise.all(some(count).map((i) => s.get(`${i}.baba`)))),
  ),
  "exists: BabaDB": ours((db, count) =>
    db.asyncSession(async (s) => {
      for (const i of some(count)) await s.exists(`${i}.baba`);
    }),
  ),
};

/** Opens, and runs the work once before the clock starts where it is to be measured `again`. */
function ours(work: (db: BabaDB<typeof Person>, count: number) => Promise<unknown>, again = false): Workload {
  return async (folder, count) => {
    const db = await new BabaDB(Person, { directory: folder, logging: false }).open();
    if (again) await work(db, count);
    return { work: () => work(db, count), close: () => db.close() };
  };
}

function some(count: number): number[] {
  return Array.from({ length: Math.min(GETS, count) }, (_, i) => (i * 7919) % count);
}

const room = new Uint8Array(64 * 1024);

function bareRead(folder: string, i: number): number {
  const descriptor = openSync(`${folder}/${i}.baba`, "r");
  const { size } = fstatSync(descriptor);
  const length = readSync(descriptor, room, 0, size, 0);
  closeSync(descriptor);
  return length;
}

async function promisedRead(folder: string, i: number): Promise<Person> {
  return v.parse(Person, JSON.parse(await readFile(join(`${folder}-json`, `${i}.json`), "utf8")));
}

function counted(expected: number, found: number): void {
  if (found !== expected) throw new Error(`${found} records instead of ${expected}`);
}
